// SPDX-License-Identifier: MIT
// One connection: session, stream and driver joined. Written once for servers and clients, for
// sockets, pipes and streams of others; it knows none of them.
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
#include <weft/core/session.hpp>

namespace weft {

class connection_set;
struct route;
template <class Member>
class registry;
template <class Member>
class member_table;

/// One WebSocket connection, or one HTTP exchange on a server's port.
///
/// Handlers are given a reference; it is good until the handler of the end (`close` or `fail`) has
/// returned. All functions belong to the driver's thread, and a command on another one ends the
/// program with a message; for other threads and for keeping there is `handle()`.
///
/// A command that finds no memory throws std::bad_alloc and has done nothing, or is noexcept and
/// ends the connection. What this side has to do by itself and finds no memory for ends this one
/// connection with `std::errc::not_enough_memory`, as does a handler that lets std::bad_alloc out.
class connection final : public channel {
public:
    // --- commands

    /// Sends a whole message; `accepted` and `backed_up` mean that it was taken.
    ///
    /// What is sent while a handler runs leaves together. The bytes are copied or written before
    /// this returns, so a handler can send what it was handed. Text must be UTF-8. `closed` also
    /// while a message that `send_part` began has not ended.
    send_result send(message whole);

    /// The same, with a choice for this message where an extension was agreed on that compresses.
    send_result send(message whole, compression choice);

    /// Sends the next part of a fragmented message; `last` ends it. The first part decides about
    /// kind and compression. RFC 6455 §5.4.
    send_result send_part(message part, bool last,
                          compression choice = compression::automatic);

    /// Sends a ping or a pong of at most 125 bytes; longer ones are cut. RFC 6455 §5.5.2.
    send_result ping(std::string_view payload = {});
    send_result pong(std::string_view payload = {});

    /// Begins the closing handshake, after all that was sent. Nothing happens unless open; before,
    /// it ends like `abort`. The reason is cut to 123 bytes. Any code that a report holds may be
    /// passed on; of those that no frame may hold `no_status` is an empty frame, and all others are
    /// sent as `internal_error`. RFC 6455 §7.1.2.
    void close(close_code code = close_code::normal, std::string_view reason = {}) noexcept;

    /// Ends the connection at once, without a closing handshake; what waits is dropped. `close`
    /// or `fail` is called in the next round of work with `errc::aborted`.
    void abort() noexcept;

    /// Stops reading: no messages, pings or pongs, and no end of the input. Deadlines for idle
    /// peers and pongs stand still.
    void pause();
    void resume() noexcept;

    // --- answers to a handshake or a plain request (server)

    /// Accepts, optionally with one of the offered subprotocols and with further headers.
    ///
    /// Fails with `not_open` when no handshake waits, `bad_subprotocol`, `bad_header`.
    result<void> accept(std::string_view subprotocol = {}, const http_fields& headers = {});

    /// Refuses the handshake: `fail` is called with `errc::rejected`. Fails like `accept`.
    result<void> reject(const http_response& response);
    result<void> reject(int status, std::string body = {}) {
        return reject(http_response{status, {}, std::move(body)});
    }

    /// Answers a plain request. The connection then ends without a further handler, or waits for
    /// the client's next request (RFC 9112 §9.3), for which it is as new: `data()` is empty, and
    /// handles of before reach nothing. Call `close` afterwards to end it behind the answer.
    result<void> respond(const http_response& response);

    /// The answer comes later, through a `handle()`; the handshake's deadline goes on.
    void defer() noexcept { deferred_ = true; }

    // --- getters

    [[nodiscard]] weft::role role() const noexcept { return session_.role(); }
    [[nodiscard]] session_state state() const noexcept { return session_.state(); }
    [[nodiscard]] bool is_open() const noexcept { return state() == session_state::open; }
    [[nodiscard]] bool paused() const noexcept { return session_.paused(); }

    /// Bytes of output that wait for the stream.
    [[nodiscard]] std::size_t buffered_amount() const noexcept { return session_.output_size(); }

    /// The peer's, or whoever a trusted proxy says it to be (`server::trust`). Both are known until
    /// the handler of the end has returned, however the connection has ended.
    [[nodiscard]] address remote_address() const;

    /// The subprotocol that was agreed on; empty for none.
    [[nodiscard]] std::string_view subprotocol() const noexcept;

    /// The extension that was agreed on, as Sec-WebSocket-Extensions has it; empty for none.
    [[nodiscard]] std::string_view extensions() const noexcept;

    /// The request that opened the connection: a server's until `open` has returned, or for life
    /// with `keep_handshake`; otherwise null. The getters below read it and are empty without.
    [[nodiscard]] const http_request* request() const noexcept { return session_.request(); }
    [[nodiscard]] std::string_view path() const noexcept;
    [[nodiscard]] std::string_view query() const noexcept;
    [[nodiscard]] std::string_view host() const noexcept;
    [[nodiscard]] std::optional<std::string_view> origin() const noexcept;
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const noexcept;
    [[nodiscard]] std::optional<std::string> query_value(std::string_view key) const;
    [[nodiscard]] const std::vector<std::string>& offered_subprotocols() const noexcept;

    /// The server's response, a client's counterpart of `request()`.
    [[nodiscard]] const http_response_head* response() const noexcept {
        return session_.response();
    }

    /// The URI that a client connects to, null on a server.
    [[nodiscard]] const weft::uri* uri() const noexcept;

    /// How the connection ended, once it has.
    [[nodiscard]] const report& outcome() const noexcept { return session_.outcome(); }

    /// A weak reference that may be kept, copied, and used on any thread.
    [[nodiscard]] connection_handle handle();

private:
    friend class channel;
    friend class handle_posts;
    friend class connection_set;
    friend class registry<connection>;
    friend class member_table<connection>;
    friend class stream_endpoint;

    struct details;
    class loan;

    connection(route& by, time_point now, std::unique_ptr<details> outbound);
    ~connection() override;

    // life, by connection_set
    void attach(std::unique_ptr<stream> connected) noexcept;
    void end_at_once(std::error_code why) noexcept;
    void end_for_shutdown(std::error_code why) noexcept;
    void leave() noexcept override;

    // before its handshake, and where a redirect sends it
    void begin_phase(phase at, function<void()> cancel) noexcept;
    void queue_phase(phase at, function<void()> cancel) noexcept;
    void fail_connecting(phase at, std::error_code why, int http_status = 0) noexcept;
    void cancel_connecting(std::error_code why) noexcept;
    void expire_connecting() noexcept;
    void fail_opening(std::error_code why) noexcept;
    void note_target(std::string_view target, const address& tried) noexcept;
    void begin_handshake() noexcept;
    result<bool> follow_redirect() noexcept;

    // what somebody else has read, before there is a stream
    void receive_early(std::span<const std::byte> bytes) noexcept;
    result<void> receive_request(http_request request) noexcept;

    // the memory budget
    void count_memory() noexcept;
    bool give_up_memory() noexcept;

    // for what all kinds of connections have in common
    [[nodiscard]] std::unique_ptr<extra> make_extra() const override;
    [[nodiscard]] queue_limit limit() const noexcept override;
    [[nodiscard]] std::size_t queued() const noexcept override { return session_.output_size(); }
    [[nodiscard]] bool takes_output() const noexcept override {
        return is_open() || state() == session_state::connecting;
    }
    [[nodiscard]] bool holds_back() const noexcept override;
    void send_posted(const posted_message& what) override;
    void send_what_was_held() noexcept;
    void share_queue() noexcept {
        if (extra_) publish(queued(), !takes_output());
    }
    void run_out_of_memory() noexcept override;
    void end_for_full_queue() noexcept override;
    bool end_for_exception(const std::exception_ptr& what) noexcept override;

    // from the stream
    bool wants_bytes() noexcept override;
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
    void tell(const event& what);
    bool name_peer();
    bool check_name();
    void tell_request();
    void tell_http();
    void tell_opened();
    void tell_writable();
    void tell_end();
    void tell_failure();
    void note_facts() noexcept;
    void apply_route(route& chosen) noexcept;

    // output
    template <class Command>
    send_result submit(std::size_t size, Command&& command);
    template <class Command>
    send_result submit_now(std::size_t size, Command&& command);
    void send_now(const weft::message& counted);
    template <class Command>
    bool submit_small(Command& command);
    template <class Command>
    bool submit_large(Command& command);
    [[nodiscard]] bool writable_waits() const noexcept {
        return writable_may_come() && is_open();
    }
    void write_now() noexcept;
    void consume_output(std::size_t count) noexcept;
    void drain() noexcept;
    result<void> answered(result<void> outcome);

    // deadlines
    void judge_deadline() noexcept;
    [[nodiscard]] bool input_comes_first() noexcept;

    // after each entry
    void update() noexcept;
    void begin_next_request() noexcept;
    void half_close_if_done() noexcept;
    void update_reading() noexcept;
    void update_timer() noexcept;

    [[nodiscard]] details* extras() const noexcept;
    details& more();

    bool deferred_ = false; // the answer comes later
    route* route_;
    session session_;
};

} // namespace weft
