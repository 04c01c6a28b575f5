// SPDX-License-Identifier: MIT
// The WebSocket state machine for both roles: bytes in, events out. Does no I/O and knows no
// socket, loop, thread or clock; callers pass the time and a random source. RFC 6455.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/core/frame.hpp>
#include <weft/core/handshake.hpp>
#include <weft/core/http_head.hpp>
#include <weft/core/memory_account.hpp>
#include <weft/core/message.hpp>
#include <weft/core/message_codec.hpp>
#include <weft/core/prepared_message.hpp>
#include <weft/core/report.hpp>
#include <weft/core/scratch.hpp>
#include <weft/core/session_event.hpp>
#include <weft/core/session_options.hpp>
#include <weft/core/time.hpp>
#include <weft/core/traffic.hpp>
#include <weft/core/uri.hpp>
#include <weft/core/utf8.hpp>

namespace weft {

/// One WebSocket connection without any I/O.
///
/// Order of use:
/// 1. Call an input or a command.
/// 2. Call `next_event` until it returns `none`.
/// 3. Write `output()`, and pass the number of bytes that were accepted to `consume_output`.
/// 4. Call `settle`, which takes back lent memory and frees what is no longer needed.
/// 5. Wait for bytes or for `next_deadline()`.
///
/// A protocol violation by the peer is reported neither by an exception nor by a return code: it
/// becomes a `failed` event, and the output contains the close frame for the peer. Not thread-safe.
/// Commands that are not noexcept may throw std::bad_alloc and nothing else; a command that throws
/// has no effect. If another function runs out of memory, the session fails with
/// `std::errc::not_enough_memory`.
class session {
public:
    /// Creates a session that begins with the handshake, whose timeout starts at `now`. `options`
    /// must outlive the session.
    session(const session_options& options, time_point now);

    /// Creates a session that is open from the beginning: the handshake was completed elsewhere,
    /// such as by another HTTP server. The first event is `opened`. RFC 6455 §4.2.2.
    session(const session_options& options, agreed_handshake agreed, time_point now);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    // --- getters

    [[nodiscard]] weft::role role() const noexcept { return options_->role; }
    [[nodiscard]] session_state state() const noexcept { return state_; }
    [[nodiscard]] bool paused() const noexcept { return paused_; }
    [[nodiscard]] const session_options& options() const noexcept { return *options_; }

    /// Server: returns whether a plain request was answered and another may follow on this
    /// connection. If so, call `begin_next_request` when the response has been sent. RFC 9112 §9.3.
    [[nodiscard]] bool keeps_alive() const noexcept { return keeps_alive_; }

    /// Server: returns whether the session waits for the first byte of the next plain request. A
    /// session that ends in this state reports no event, because no request is lost.
    [[nodiscard]] bool between_requests() const noexcept;

    /// Returns the number of bytes in `output()`.
    [[nodiscard]] std::size_t output_size() const noexcept {
        const std::size_t lent = lent_ ? lent_->output_.size() + lent_->payload_.size() : 0;
        return extra_ ? lent + own_output_size() : lent;
    }

    /// Returns whether the caller should read for this session now. False while the session is
    /// paused, while a request waits for an answer, while `keeps_alive()`, and after the end of the
    /// input.
    [[nodiscard]] bool wants_input() const noexcept;

    /// Returns true if no more output will follow: half-close the stream once `output()` is empty.
    ///
    /// After a close frame that reports an error, this becomes true only when the peer's close
    /// frame arrives: an earlier half-close could make an intermediary, such as a proxy, drop our
    /// close frame.
    [[nodiscard]] bool output_ends() const noexcept {
        return state_ == session_state::closed && !awaits_close_ && !keeps_alive_;
    }

    /// Returns true if `next_event` will still return `closed` or `failed`.
    [[nodiscard]] bool end_waits() const noexcept {
        return state_ == session_state::closed && ending_ != event_type::none;
    }

    /// Returns whether a deadline depends on the time at which output is sent. If so,
    /// `consume_output` needs the exact time, and the caller should call `note_pending`.
    [[nodiscard]] bool times_output() const noexcept {
        return blocked_ || leaving_ || ping_waits_ || state_ > session_state::open || tracks_;
    }

    /// Returns true if the session no longer needs its stream: the caller may close it.
    [[nodiscard]] bool finished() const noexcept;

    /// Server: returns the client's request, from its event until `forget_handshake`; otherwise
    /// null.
    [[nodiscard]] const http_request* request() const noexcept;

    /// Returns what the client offered, from the `request` event (server) or `start` (client) until
    /// `forget_handshake`; otherwise null or empty.
    [[nodiscard]] const upgrade_offer* offer() const noexcept;

    /// Client: returns the server's response, from its arrival until `forget_handshake`; otherwise
    /// null.
    [[nodiscard]] const http_response_head* response() const noexcept;

    /// Returns the negotiated subprotocol; empty for none and after `forget_handshake`.
    [[nodiscard]] std::string_view subprotocol() const noexcept;

    /// Returns the negotiated codec, from `opened` on; null for none.
    [[nodiscard]] const message_codec* codec() const noexcept { return codec_.get(); }

    /// Returns how the session ended; meaningful from `closed` or `failed` on.
    [[nodiscard]] const report& outcome() const noexcept;

    /// Client: returns the beginning of the body of the response that refused the handshake.
    [[nodiscard]] std::string refusal_body() const;

    /// Returns what the session has received and sent so far.
    [[nodiscard]] const weft::traffic& traffic() const noexcept { return traffic_; }

    /// Returns how fast the peer answers pings, both those of `ping` and those that keep the
    /// connection alive; nothing before the first answer. Pongs without their ping do not count.
    [[nodiscard]] std::optional<round_trip_time> round_trip() const noexcept;

    /// Adds to the outcome the traffic, the time since `opened`, and facts that the session does
    /// not know. Has no effect before the session has an outcome.
    void complete_outcome(std::shared_ptr<const report_facts> facts, time_point now) noexcept;

    // --- inputs

    /// Feeds bytes that the peer sent.
    ///
    /// Consumes all of `bytes` and may overwrite them (payload is unmasked in place). `bytes` must
    /// stay valid until `settle` if memory is lent, otherwise until `next_event` has returned
    /// `none`. Views in the events that follow stay valid until the next `receive` or `next_event`.
    /// A protocol violation is not returned: it becomes a `failed` event, and `output()` contains
    /// the close frame to send. RFC 6455 §7.1.7.
    void receive(std::span<std::byte> bytes, time_point now) noexcept;

    /// Returns memory to read the rest of a large message into, without a copy: pass what was read
    /// there to `receive`. Empty if there is no such message; then read into any other memory, as
    /// is always allowed. Valid until the next call of a function that is not a getter.
    [[nodiscard]] std::span<std::byte> input_room() noexcept;

    /// Feeds a copy of bytes that were read before the session was created. Call it before any
    /// other input.
    void receive_early(std::span<const std::byte> bytes, time_point now) noexcept;

    /// Server: feeds an upgrade request that was read and parsed elsewhere.
    ///
    /// Has the same effect as feeding the bytes of the request: the `request` event follows. Fails
    /// like `check_upgrade`, with `header_too_large` or `too_many_headers`, or with `not_open`
    /// after other input; then nothing has changed. RFC 6455 §4.2.1.
    [[nodiscard]] result<void> receive_request(http_request request, time_point now);

    /// Reports that the peer has ended its output. Events of earlier input still come first.
    void receive_eof(time_point now) noexcept;

    /// Reports that the stream has failed. Drops the output.
    void receive_error(std::error_code why, time_point now) noexcept;

    /// Handles the deadlines that have passed at `now`. Has no effect before `next_deadline()`.
    void handle_deadline(time_point now) noexcept;

    // --- commands; they do not invalidate views of received payloads

    /// Restarts the handshake timeout at `now`. Call it if the session was created before its
    /// stream was connected.
    void begin(time_point now) noexcept { alive_ = since_ = now; }

    /// Client: sends the upgrade request. Fails as `make_upgrade_request` does; then nothing was
    /// written. RFC 6455 §4.1.
    ///
    /// With `subprotocol_required`, the session fails with `errc::no_subprotocol` if the server
    /// chooses none.
    [[nodiscard]] result<void> start(const uri& target, std::vector<std::string> subprotocols = {},
                                     const http_fields& headers = {},
                                     bool subprotocol_required = false);

    /// Server: accepts the upgrade request. Fails with `not_open` if no request waits for an
    /// answer, or as `make_upgrade_response` does; then the request may still be answered. RFC 6455
    /// §4.2.2.
    [[nodiscard]] result<void> accept(std::string_view subprotocol, const http_fields& headers,
                                      time_point now);

    /// Server: rejects the request with `response`; the session fails with `errc::rejected`. Fails
    /// with `not_open` if no request waits for an answer, or as `serialize` does.
    [[nodiscard]] result<void> reject(const http_response& response, time_point now);

    /// Server: answers a plain request. The session is then closed without an event; if
    /// `keeps_alive()`, `begin_next_request` reopens it. Fails with `not_open` if no plain request
    /// waits for an answer, or as `serialize` does.
    [[nodiscard]] result<void> respond(const http_response& response, time_point now);

    /// Server: reports the body of the plain request in pieces instead of collecting it.
    ///
    /// Call it at the `body` event of the head, after `change_options` if other limits apply. A
    /// `body` event with payload follows for each piece, and the `http` event when the body is
    /// complete. A client that waits for `100 Continue` gets it at the next call of `next_event`.
    /// `respond` may be called at any time; before the end of the body it makes the response the
    /// last one of the connection. Fails with `not_open` at any other time. If the announced body
    /// exceeds `session_limits::body_size_max`, the session fails with `errc::body_too_large`.
    ///
    /// `session_timeouts::message` and `session_limits::message_rate_min` apply to the body, and
    /// pausing suspends them; `session_timeouts::handshake` begins again at its end.
    [[nodiscard]] result<void> receive_body_in_parts(time_point now);

    /// Server: returns whether a body that is received in parts is not complete.
    [[nodiscard]] bool receives_body() const noexcept;

    /// Server: begins to wait for the client's next request. Call it once the response has been
    /// sent.
    ///
    /// Frees the previous request. Returns true if the session is connecting again: then call
    /// `change_options` if necessary and `next_event`, as the next request may have arrived
    /// already. Returns false if `keeps_alive()` is false, if output waits, or if it is closed
    /// because the peer's input has ended or memory has run out.
    bool begin_next_request(time_point now) noexcept;

    /// Server: makes the response in progress the last one, instead of keeping the session alive.
    void end_keep_alive() noexcept { keeps_alive_ = false; }

    /// Frees request, response and subprotocol.
    void forget_handshake() noexcept;

    /// Sends a whole message. Returns false, and sends nothing, if the session is not open or a
    /// message begun by `send_part` has not ended.
    ///
    /// A server session with lent memory (`borrow`) does not copy an uncompressed payload of at
    /// least `uncopied_size_min` bytes. Such a payload must stay valid until it is consumed, or
    /// until one of these calls copies the rest of it: `settle_output`, `settle`, `next_event`, or
    /// a command that sends.
    bool send(message whole);

    /// Does the same, and chooses whether to compress the message. Without a codec, `choice` has no
    /// effect.
    bool send(message whole, compression choice);

    /// Sends a message that is encoded already. A server session keeps a reference to what the
    /// caller cannot write now; see `prepared_message`.
    bool send(const prepared_message& whole);

    static constexpr std::size_t uncopied_size_min = 16 * 1024;

    /// Sends the next part of a fragmented message; `last` ends the message. Returns false if the
    /// session is not open. RFC 6455 §5.4.
    ///
    /// The first part determines whether the message is text and whether it is compressed. A codec
    /// may hold bytes back until a later part.
    bool send_part(message part, bool last, compression choice = compression::automatic);

    /// Begins a message whose first part follows with `send_part`. Writes nothing; until the end of
    /// that message, `send` returns false.
    void announce_parts() noexcept { sending_parts_ = parts_announced_ = true; }

    /// Returns whether a message begun by `send_part` or `announce_parts` has not ended.
    [[nodiscard]] bool sending_parts() const noexcept { return sending_parts_; }

    /// Sends a ping or a pong with the first 125 bytes of `payload`. Returns false if the session
    /// is not open. RFC 6455 §5.5.2, §5.5.3.
    bool ping(std::span<const std::byte> payload, time_point now);
    bool pong(std::span<const std::byte> payload);

    /// Begins the closing handshake. Sends nothing if the session is not open.
    ///
    /// `code` may be any code of a report: `sendable` determines what is sent. A reason of more
    /// than 123 bytes is truncated between two characters. If the session is paused, ends the pause
    /// and drops all later input except the peer's close frame. RFC 6455 §7.1.2.
    void close(close_code code, std::string_view reason, time_point now) noexcept;

    /// Ends the session with `why`, and informs the peer if possible. RFC 6455 §7.1.7.
    void fail(std::error_code why, time_point now) noexcept;

    /// Ends the session with `errc::handler_threw`; the outcome keeps the exception.
    void fail(std::exception_ptr thrown, time_point now) noexcept;

    /// Ends the session without informing the peer. Drops the output; the stream is no longer
    /// needed.
    ///
    /// The arguments become part of the report: the side that ended the session, the phase, the
    /// status of an HTTP proxy's response (0 for none), and the detail of the error.
    void abort(std::error_code why, side who, phase at, time_point now, int http_status = 0,
               std::string_view detail = {}) noexcept;

    /// Replaces the limits and timeouts. The role must stay the same; `options` must outlive the
    /// session.
    void change_options(const session_options& options) noexcept;

    /// Suspends events until `resume`; also all deadlines, if the session is open.
    void pause(time_point now);
    void resume(time_point now) noexcept;

    /// Reports whether the caller has stopped reading although `wants_input()` is true, for example
    /// until the peer has read queued output. Meanwhile the message deadline does not apply; it
    /// restarts when the caller reads again.
    void hold_input(bool held, time_point now) noexcept;
    [[nodiscard]] bool input_held() const noexcept { return input_held_; }

    // --- outputs

    /// Returns the next event; `none` if there is none before more input arrives or `resume` is
    /// called.
    event next_event(time_point now) noexcept;

    /// Returns the bytes to write next. The views are valid until the next call of a function that
    /// is not a getter.
    [[nodiscard]] output_list output() const noexcept;

    /// Removes the first `count` bytes of the output, which the stream accepted at `now`.
    ///
    /// If bytes remain, the stream is full, and the peer must read within
    /// `session_timeouts::write_stall`.
    void consume_output(std::size_t count, time_point now) noexcept;

    /// Reports how many accepted bytes have not reached the peer (`stream::output_pending`).
    ///
    /// A decrease is a sign of life. Less than 4 KiB count as none, unless output also waits in the
    /// session. While bytes are pending, the timeouts for the peer's answer do not run. Call it if
    /// `times_output()`, and before `handle_deadline`.
    void note_pending(std::size_t bytes, time_point now) noexcept;

    /// Returns when to call `handle_deadline`; `never` if there is no deadline.
    [[nodiscard]] time_point next_deadline() const noexcept;

    // --- lent memory

    /// Uses `lent` for output and for the span of input that `receive` was given, until `settle`.
    void borrow(scratch& lent) noexcept;

    /// Moves output from lent memory to the session's own memory. If there is no memory for that,
    /// aborts the session, because it must not send half a frame.
    void settle_output() noexcept;

    /// Moves output and unread input from lent memory to the session's own memory, returns the lent
    /// memory, and frees memory that is not needed. Invalidates views into the input of `receive`.
    /// If there is no memory for that, aborts the session.
    void settle() noexcept;

    [[nodiscard]] bool borrowing() const noexcept { return lent_ != nullptr; }

    // --- memory that the session owns

    /// Returns false for a session with nothing in progress, for which `count_memory` would do
    /// nothing.
    [[nodiscard]] bool owns_memory() const noexcept { return extra_ != nullptr; }

    /// Counts in `account` the bytes that the session owns beyond the object itself: a message in
    /// progress, queued input and output, the handshake. Adds `beside`, other bytes that the owner
    /// holds for this session. Replaces the earlier count.
    ///
    /// Call it when the sum may have changed. The session returns the bytes when it frees that
    /// memory.
    void count_memory(memory_account& account, void* owner, std::size_t beside) noexcept;

    /// Returns the counted bytes to the account.
    void forget_account() noexcept;

    /// Frees received bytes that no event has reported. The session must be closed. Invalidates all
    /// views.
    void drop_input() noexcept;

private:
    friend struct short_messages; // the fast path
    friend struct shared_frames;
    struct opening;
    struct extra;

    extra& more();
    opening& handshake();
    http_head_parser parser_of_heads() const;
    void discard_extra_if_empty() noexcept;
    [[nodiscard]] bool awaits_decision() const noexcept;

    // queued input: the session's own bytes come before the caller's
    [[nodiscard]] std::span<std::byte> given() const noexcept;
    void set_given(std::span<std::byte> bytes);
    std::span<std::byte> gather(std::size_t count);
    std::span<std::byte> waiting() noexcept;
    void consume_input(std::size_t count) noexcept;
    void retain_given();
    void settle_input() noexcept;
    void pass_over_input() noexcept;
    void discard_input() noexcept;

    // the opening handshake
    event next_opening_event(time_point now);
    event read_request(time_point now);
    [[nodiscard]] event announce_body(time_point now);
    [[nodiscard]] event begin_body(time_point now);
    event read_body(time_point now);
    [[nodiscard]] event read_body_part(time_point now);
    void ask_for_body();
    event read_response(time_point now);
    event judge_request(time_point now);
    event ask();
    event judge_response(time_point now);
    std::error_code confirm_extension(const http_response_head& response);
    event read_refusal(time_point now);
    [[nodiscard]] bool was_refused() const noexcept;
    void fail_refused(time_point now) noexcept;
    void fail_to_parse(const class http_head_parser& parser, time_point now) noexcept;
    void add_detail(std::string_view detail) noexcept;
    void refuse(const http_response& response, report* outcome);
    void become_open(time_point now) noexcept;
    void end_quietly(time_point now) noexcept;
    [[nodiscard]] bool input_waits() const noexcept;
    [[nodiscard]] duration opening_timeout() const noexcept;
    [[nodiscard]] response_form form_of_response(bool keep_alive) const noexcept;

    // frames; events are out-parameters, as copying them would cost more than parsing
    void find_event(event& next, time_point now);
    void find_frame_event(event& next, time_point now);
    [[nodiscard]] bool may_be_compressed(std::byte first) const noexcept;
    errc judge_data_frame(const frame_header& header) const noexcept;
    [[nodiscard]] bool compressed_fits(const frame_header& header) const noexcept;
    void take_control_frame(const frame_header& header, std::span<std::byte> payload, event& next,
                            time_point now);
    void take_whole_message(const frame_header& header, event& next, time_point now);
    void take_payload(event& next, time_point now);
    std::error_code add_payload(std::span<const std::byte> piece);
    [[nodiscard]] std::uint64_t expected_size() const noexcept;
    void end_frame(event& next, time_point now);
    void begin_message(time_point now);
    [[nodiscard]] std::size_t part_size_max() const noexcept;
    void take_parts(event& next, time_point now);
    void take_plain_part(event& next, time_point now);
    void take_compressed_part(event& next, time_point now);
    void report_part(std::span<const std::byte> part, bool ends, event& next, time_point now);
    [[nodiscard]] std::span<std::byte> unmask_input(std::size_t size) noexcept;
    [[nodiscard]] std::span<std::byte> room_for_part();
    void message_grew(std::size_t size, time_point now) noexcept;
    [[nodiscard]] bool message_in_progress() const noexcept;
    [[nodiscard]] time_point message_deadline() const noexcept;
    void take_close_frame(std::span<const std::byte> payload, time_point now);
    void answer_ping(std::span<const std::byte> payload);
    void ping_peer(time_point now) noexcept;
    void take_pong(std::span<const std::byte> payload, time_point now) noexcept;

    // compressed messages
    void take_compressed_message(std::span<const std::byte> payload, event& next, time_point now);
    std::error_code decode_message(std::span<const std::byte> payload, event& next);
    std::error_code decode(codec_stream& by, std::span<const std::byte> from, bool last);
    std::error_code end_decoding();
    [[nodiscard]] bool compresses(message whole, compression choice) const noexcept;
    bool put_compressed_message(message whole);
    bool put_compressed_part(message part, bool last);
    [[nodiscard]] opcode opcode_of(message part) const noexcept;
    void part_sent(bool last) noexcept;
    std::error_code put_compressed_frame(codec_stream& by, opcode code, bool fin,
                                         std::span<const std::byte> payload, std::size_t room);
    void take_codec(message_codec_ptr agreed);

    // output
    [[nodiscard]] std::size_t own_output_size() const noexcept;
    [[nodiscard]] std::byte* extend_output(std::size_t size);
    void put_text(std::string_view text);
    void put_frame(opcode code, bool fin, std::span<const std::byte> payload);
    void put_frame(frame_header header, std::span<const std::byte> payload);
    bool put_before_payload(const frame_header& header, std::span<const std::byte> payload);
    void put_prepared(const prepared_message& whole, const prepared_message::encoded& form);
    void put_close_frame(report* outcome, close_code code, std::string_view reason);
    void put_delayed_pong() noexcept;
    void keep_output();
    void follow_output(std::size_t count, time_point now) noexcept;
    void peer_took(time_point now) noexcept;
    void begin_wait(time_point now) noexcept;
    [[nodiscard]] bool output_waits() const noexcept;
    [[nodiscard]] time_point stall_deadline() const noexcept;
    [[nodiscard]] time_point output_deadline() const noexcept;
    void follow_rate(std::size_t taken, time_point now) noexcept;
    [[nodiscard]] bool waits_for_answer() const noexcept;

    // the end
    [[nodiscard]] report* begin_end(side who) noexcept;
    [[nodiscard]] bool inform_peer(std::error_code why, report* outcome) noexcept;
    void fail_answer(std::error_code why, side who) noexcept;
    void skip_to_close();
    void give_up() noexcept;
    void end_with(event_type how, time_point now) noexcept;
    void forget_message() noexcept;

    const session_options* options_;
    scratch* lent_ = nullptr;
    message_codec_ptr codec_; // outlives its streams, which are in extra_
    std::unique_ptr<extra> extra_;
    time_point alive_;             // the peer's last sign of life
    time_point since_;             // when the state began; while open: when a ping was sent
    time_point opened_at_ = never;
    weft::traffic traffic_;
    std::uint32_t last_trip_ = 0;     // of a ping, in microseconds; 0 before the first
    std::uint32_t smoothed_trip_ = 0; // likewise
    std::uint16_t ping_mark_ = 0;     // a checksum of the payload of the ping that is timed
    session_state state_ = session_state::connecting;
    utf8_validator text_;
    event_type ending_ = event_type::none; // the next `opened`, `closed` or `failed` event
    bool is_text_ : 1 = false;             // the message in progress
    bool in_frame_ : 1 = false;
    bool last_frame_ : 1 = false;
    bool message_reported_ : 1 = false; // the assembled message may be freed
    bool compressed_ : 1 = false;   // the message in progress
    bool sending_parts_ : 1 = false;
    bool parts_announced_ : 1 = false; // the first of them has not been sent
    bool has_codec_ : 1 = false; // codec_ is not null; beside sending_parts_, to test both at once
    bool ping_waits_ : 1 = false;
    bool trip_timed_ : 1 = false; // a ping has been sent, and since_ is when it left
    bool paused_ : 1 = false;
    bool eof_ : 1 = false;
    bool keeps_alive_ : 1 = false; // a plain request was answered, and another may follow
    bool discards_messages_ : 1 = false; // closed while paused: messages are dropped
    bool abandoned_ : 1 = false; // the stream may be closed at once
    bool input_held_ : 1 = false; // see `hold_input`
    bool blocked_ : 1 = false;   // the stream is full, and output waits
    bool leaving_ : 1 = false;   // a timeout begins when all output has been sent
    bool tracks_ : 1 = false;       // many accepted bytes have not reached the peer
    bool awaits_close_ : 1 = false; // after a fault: the peer's close frame has not arrived
};

} // namespace weft
