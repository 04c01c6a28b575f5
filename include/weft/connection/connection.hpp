// SPDX-License-Identifier: MIT
// One WebSocket connection: joins session, stream and driver. The same code serves servers and
// clients, sockets, pipes and custom streams; it depends on none of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <weft/connection/channel.hpp>
#include <weft/connection/connection_handle.hpp>
#include <weft/connection/connection_options.hpp>
#include <weft/connection/handlers.hpp>
#include <weft/connection/message_source.hpp>
#include <weft/core/session.hpp>

namespace weft {

class connection_set;
class output_run;
struct route;
struct run_place;
template <class Member>
class registry;
template <class Member>
class member_table;

/// One WebSocket connection, or one HTTP exchange on a server's port.
///
/// Handlers receive a reference, which is valid until the `close` or `fail` handler has returned.
/// All functions must be called on the driver's thread; a command on another thread ends the
/// program with a message. To keep a reference or use one on other threads, call `handle()`.
///
/// A command that runs out of memory either throws std::bad_alloc and has no effect, or is noexcept
/// and ends the connection. Running out of memory outside of a command ends only this connection,
/// with `std::errc::not_enough_memory`; so does a handler that throws std::bad_alloc.
class connection final : public channel {
public:
    // --- commands

    /// Sends a whole message; `accepted` and `backed_up` mean that it was sent or queued.
    ///
    /// Short messages sent in one turn are written together. The bytes are copied or written before
    /// this returns, so a handler can send the view that it received. Text must be UTF-8.
    /// Also returns `closed` while a message begun with `send_part` is unfinished.
    send_result send(message whole);

    /// Does the same. `choice` decides whether this message is compressed, if the handshake agreed
    /// on compression.
    send_result send(message whole, compression choice);

    /// Sends a message that is encoded already, such as a broadcast. What the stream does not take
    /// now is queued as a reference, but counts in full towards
    /// `connection_options::queue_size_max` and `buffered_amount`.
    send_result send(const prepared_message& whole);

    /// Sends the next part of a fragmented message; `last` ends the message. The first part sets
    /// its kind and compression. RFC 6455 §5.4.
    send_result send_part(message part, bool last,
                          compression choice = compression::automatic);

    /// Sends a large message from a source, which is asked for the next piece when the stream has
    /// accepted everything before: one piece is in memory, never the whole.
    ///
    /// The source is called on the driver's thread in later rounds, and may do what a handler may.
    /// Messages that are sent meanwhile wait behind this one, in their order, and count as queued
    /// output; pings, pongs and `close` do not wait. `writable` is called when everything has been
    /// sent. If the source throws, the connection ends as if a handler had thrown. When the
    /// connection ends or closes, the source is destroyed, and the peer has received a message
    /// without its end.
    ///
    /// Returns `backed_up`; `dropped` if others wait and the limit on queued output is exceeded;
    /// `closed` if the connection is not open, or while a message begun with `send_part` is
    /// unfinished. `send_part` returns `closed` until the source has ended. RFC 6455 §5.4.
    send_result send_from(message_source source, compression choice = compression::automatic);

    /// Sends a ping or a pong with at most 125 bytes; longer payloads are cut. RFC 6455 §5.5.2.
    send_result ping(std::string_view payload = {});
    send_result pong(std::string_view payload = {});

    /// Begins the closing handshake, after all output sent before. Before the connection is open
    /// this acts like `abort`; once it is closing this does nothing. The reason is cut to 123
    /// bytes. Every code that a report can hold is accepted: `no_status` sends an empty close
    /// frame; other codes that a frame must not hold are sent as `internal_error`. RFC 6455 §7.1.2.
    void close(close_code code = close_code::normal, std::string_view reason = {}) noexcept;

    /// Ends the connection at once, without a closing handshake, and drops queued output. `close`
    /// or `fail` is called in the next round of work with `errc::aborted`.
    void abort() noexcept;

    /// Calls `close(code, reason)` at `deadline`, for example when the peer's credentials expire.
    /// Replaces the deadline, code and reason of an earlier call; `never` cancels it. A pause does
    /// not postpone it. May throw std::bad_alloc.
    void close_at(time_point deadline, close_code code = close_code::normal,
                  std::string reason = {});

    /// Does the same, `delay` from now.
    void close_after(duration delay, close_code code = close_code::normal, std::string reason = {});

    /// Stops reading: messages, pings, pongs and the end of the input are not delivered until
    /// `resume`. The timeouts of an open connection do not run meanwhile; `close_at` and
    /// `connection_options::lifetime_max` still apply.
    void pause();
    void resume() noexcept;

    /// Server: accepts the client's first message as proof of who it is; see
    /// `connection_options::authenticate_within`. From now on, the limits of the route apply. Has
    /// no effect if nothing waits for this.
    void confirm_authentication() noexcept;

    /// Server: returns whether the client still has to authenticate by its first message.
    [[nodiscard]] bool awaits_authentication() const noexcept { return unauthenticated_; }

    // --- answers to a handshake or a plain request (server)

    /// Accepts the handshake, with further headers in the response.
    ///
    /// `subprotocol` must be one that the client offered. If it is empty, the route's subprotocol
    /// is selected, or none if the route has none. Fails with `bad_subprotocol`, `bad_header` or
    /// `reserved_header`, or with `not_open` if no handshake waits for an answer.
    result<void> accept(std::string_view subprotocol = {}, const http_fields& headers = {});

    /// Refuses the handshake: `fail` is called with `errc::rejected`. Fails with `bad_header` for a
    /// malformed header or status, `reserved_header`, or `not_open` if no handshake waits for an
    /// answer.
    result<void> reject(const http_response& response);
    result<void> reject(int status, std::string body = {}) {
        return reject(http_response{status, {}, std::move(body)});
    }

    /// Answers a plain request, also before its body is complete (`handlers::http_body`). The
    /// connection then ends, and no further handler is called; or it waits for the client's next
    /// request (RFC 9112 §9.3), as a new connection would: `data()` is empty, and older handles
    /// refer to nothing. To end the connection after the answer, call `close` after `respond`.
    /// Fails with `bad_header` for a malformed header or status, `reserved_header`, or `not_open`
    /// if no plain request waits for an answer.
    result<void> respond(const http_response& response);

    /// Defers the answer, to be sent later through a `handle()`. The handshake's deadline still
    /// applies.
    void defer() noexcept { deferred_ = true; }

    // --- getters

    [[nodiscard]] weft::role role() const noexcept { return session_.role(); }
    [[nodiscard]] session_state state() const noexcept { return session_.state(); }
    [[nodiscard]] bool is_open() const noexcept { return state() == session_state::open; }
    [[nodiscard]] bool paused() const noexcept { return session_.paused(); }

    /// Returns the bytes of output that wait for the stream, or behind a message from a source; not
    /// those that the source has not supplied yet.
    [[nodiscard]] std::size_t buffered_amount() const noexcept { return queued(); }

    /// Returns what was received and sent so far.
    [[nodiscard]] const weft::traffic& traffic() const noexcept { return session_.traffic(); }

    /// Returns how fast the peer answers pings; nothing before the first answer. Keep-alive pings
    /// are sent only to a silent peer (`session_timeouts::ping_interval`). Call `ping` to measure
    /// at another time.
    [[nodiscard]] std::optional<round_trip_time> round_trip() const noexcept {
        return session_.round_trip();
    }

    /// Returns the peer's address, or the client's if a trusted proxy reports it (`server::trust`).
    /// It remains available until the `close` or `fail` handler has returned, however the
    /// connection ended.
    [[nodiscard]] address remote_address() const;

    /// Returns the subprotocol that was agreed on; empty if none.
    [[nodiscard]] std::string_view subprotocol() const noexcept;

    /// Returns the extension that was agreed on, as written in Sec-WebSocket-Extensions; empty if
    /// none.
    [[nodiscard]] std::string_view extensions() const noexcept;

    /// Returns the request that opened the connection. A server has it until `open` has returned,
    /// or for the connection's life with `keep_handshake`; otherwise this is null. The getters
    /// below read it and are empty without it; their views are valid as long as the request. On a
    /// client, `path`, `query` and `host` read `uri()`, and `header` reads `response()`.
    [[nodiscard]] const http_request* request() const noexcept { return session_.request(); }
    [[nodiscard]] std::string_view path() const noexcept;
    [[nodiscard]] std::string_view query() const noexcept;
    [[nodiscard]] std::string_view host() const noexcept;
    [[nodiscard]] std::optional<std::string_view> origin() const noexcept;
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const noexcept;
    [[nodiscard]] std::optional<std::string> query_value(std::string_view key) const;
    [[nodiscard]] const std::vector<std::string>& offered_subprotocols() const noexcept;

    /// Returns the server's response; null on a server. Available until `open` has returned, or for
    /// the connection's life with `keep_handshake`.
    [[nodiscard]] const http_response_head* response() const noexcept {
        return session_.response();
    }

    /// Returns the URI that a client connects to; null on a server.
    [[nodiscard]] const weft::uri* uri() const noexcept;

    /// Returns the report of how the connection ended; meaningful only after it has ended.
    [[nodiscard]] const report& outcome() const noexcept { return session_.outcome(); }

    /// Returns a weak reference that may be kept, copied, and used on any thread.
    [[nodiscard]] connection_handle handle();

private:
    friend class channel;
    friend class handle_posts;
    friend class connection_set;
    friend class conversation_state;
    friend class output_run;
    friend class registry<connection>;
    friend class member_table<connection>;
    friend class stream_endpoint;

    struct details;
    struct outgoing_source;
    class borrowed_scratch;
    class scheduled_close;
    class authentication;

    connection(route& by, time_point now, std::unique_ptr<details> outbound);
    ~connection() override;

    // lifetime, called by connection_set
    void end_at_once(std::error_code why) noexcept;
    void end_for_shutdown(std::error_code why) noexcept;
    void leave() noexcept override;

    // before the handshake, and redirects
    void attach(std::unique_ptr<stream> connected) noexcept override;
    void end_unopened(phase at, std::error_code why, int http_status = 0) noexcept override;
    void begin_handshake() noexcept;
    result<bool> follow_redirect() noexcept;
    void continue_from(connection& from, weft::uri&& target) noexcept;

    // bytes or a request that other code has read, passed in before there is a stream
    void receive_early(std::span<const std::byte> bytes) noexcept;
    result<void> receive_request(http_request request) noexcept;

    // the memory budget
    void count_memory() noexcept;
    bool give_up_memory() noexcept override;

    // implementation of channel
    [[nodiscard]] std::unique_ptr<extra> make_extra() const override;
    [[nodiscard]] queue_limit limit() const noexcept override;
    [[nodiscard]] std::size_t queued() const noexcept override;
    [[nodiscard]] bool takes_output() const noexcept override {
        return is_open() || state() == session_state::connecting;
    }
    [[nodiscard]] bool holds_back() const noexcept override;
    void send_posted(posted_message& what) override;
    void send_what_was_held() noexcept;
    void share_queue() noexcept {
        if (extra_) publish(queued(), !takes_output());
    }
    void run_out_of_memory() noexcept override;
    void end_for_full_queue() noexcept override;
    bool end_for_exception(const std::exception_ptr& what) noexcept override;

    // from the stream
    bool wants_bytes() noexcept override;
    std::span<std::byte> input_room() noexcept override;
    void on_receive(std::span<std::byte> bytes) noexcept override;
    void on_eof() noexcept override;
    void on_writable() noexcept override;
    void on_open() noexcept override;
    void on_error(std::error_code why) noexcept override;

    void receive_error(std::error_code why) noexcept;

    // from the driver
    void run() noexcept override;
    void finish_turn() noexcept override;
    void suspend() noexcept override;
    void expire() noexcept override;

    // events
    scratch* begin_running() noexcept;
    void end_running(scratch* lent) noexcept;
    void pump();
    void dispatch(const event& what);
    void dispatch_watched(const event& what);
    void handle_event(const event& what);
    void trace_handshake() noexcept;
    [[nodiscard]] std::uint64_t number_in_log();
    void log_opened() noexcept;
    void log_end(const report& why) noexcept;
    void log_event(const event& what) noexcept;
    void log_response(int status) noexcept;
    void end_trace(const report* failure) noexcept;
    bool name_peer();
    bool check_name();
    void handle_request();
    bool route_plain_request(route* chosen);
    void handle_body(std::span<const std::byte> piece);
    void handle_plain_request();
    void report_open();
    void call_writable();
    void report_end();
    void report_failure();
    void note_facts() noexcept;
    void apply_route(route& chosen) noexcept;
    void await_authentication();
    [[nodiscard]] bool may_report(const event& what) noexcept;
    void end_unauthenticated() noexcept;
    void limit_lifetime();
    void limit_lifetime(time_point deadline, close_code code, std::string reason);

    // output
    template <class Command>
    send_result submit(std::size_t size, Command&& command);
    template <class Command>
    send_result submit_now(std::size_t size, Command&& command);
    send_result send_uncompressed(message whole);
    send_result sent_short();
    send_result submitted();
    template <class Command>
    bool submit_large(Command& command);
    [[nodiscard]] bool writable_waits() const noexcept {
        return writable_may_come() && is_open() && !sends_source();
    }
    void write_now() noexcept;
    void consume_output(std::size_t count) noexcept;
    void drain() noexcept;
    result<void> answered(result<void> outcome);

    // frames that this connection shares with others: see `output_run`
    bool join_run(output_run& run, run_place& at) noexcept;
    void queue_run();
    void queue_run_or_end() noexcept;
    void leave_run() noexcept {
        if (in_run_) [[unlikely]] queue_run_or_end();
    }
    void write_run() noexcept;
    void forget_run() noexcept;
    [[nodiscard]] std::size_t size_of_run() const noexcept;

    // a message that is sent from a source, and messages that wait behind it
    [[nodiscard]] bool sends_source() const noexcept {
        return session_.sending_parts() && has_source();
    }
    [[nodiscard]] bool has_source() const noexcept;
    [[nodiscard]] bool source_may_continue() const noexcept { return !blocked_ && sends_source(); }
    template <class Content>
    send_result hold_behind_source(std::size_t size, compression choice, Content&& content);
    send_result send_behind_source(message whole, compression choice);
    void begin_source(message_source&& from, compression choice);
    void continue_sending();
    void feed_source();
    [[nodiscard]] bool ask_source(outgoing_source& from);
    void send_slice(outgoing_source& from);
    [[nodiscard]] compression choice_for_unknown_size(const outgoing_source& from) const noexcept;
    void drop_source() noexcept;
    void drop_sources() noexcept;

    // deadlines
    void check_deadline() noexcept;
    [[nodiscard]] bool input_comes_first() noexcept;

    // after each call of `enter`
    void update() noexcept;
    void begin_next_request() noexcept;
    void half_close_if_done() noexcept;
    void update_reading() noexcept;
    void update_timer() noexcept override;

    [[nodiscard]] details* extras() const noexcept;
    details& more();

    bool deferred_ = false;        // the answer is sent later
    bool traced_ = false;          // its endpoint had a tracer when its handshake began
    bool watched_ = false;         // its messages are traced or logged
    bool unauthenticated_ = false; // see `connection_options::authenticate_within`
    route* route_;
    session session_;
};

} // namespace weft
