// SPDX-License-Identifier: MIT
// The WebSocket state machine: bytes in, events out, for both roles. It does no I/O and knows no
// socket, loop, thread or clock; time and random bytes are arguments. RFC 6455.
#pragma once

#include <array>
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
#include <weft/core/report.hpp>
#include <weft/core/scratch.hpp>
#include <weft/core/session_options.hpp>
#include <weft/core/time.hpp>
#include <weft/core/uri.hpp>
#include <weft/core/utf8.hpp>

namespace weft {

/// What `session::next_event` tells.
enum class event_type : std::uint8_t {
    none,    ///< nothing to tell before more input, or while paused
    request, ///< server: a handshake; answer it with `accept` or `reject`
    http,    ///< server: a plain request; answer it with `respond`
    opened,  ///< the handshake is complete: messages may be sent
    message, ///< a whole message
    ping,    ///< a ping, which has been answered already
    pong,    ///< a pong
    closed,  ///< the closing handshake is complete; `outcome()` tells
    failed,  ///< any other end; `outcome()` tells. What is left in `output()` tells the peer
};

struct event {
    event_type type = event_type::none;
    bool is_text = false;                    ///< of a message
    std::span<const std::byte> payload = {}; ///< of a message, a ping or a pong
};

enum class session_state : std::uint8_t { connecting, open, closing, closed };

/// Output that waits: at most three pieces, in their order.
struct output_list {
    std::array<std::span<const std::byte>, 3> pieces{};
    std::size_t count = 0;

    [[nodiscard]] auto begin() const noexcept { return pieces.begin(); }
    [[nodiscard]] auto end() const noexcept {
        return pieces.begin() + static_cast<std::ptrdiff_t>(count);
    }
    [[nodiscard]] std::size_t size() const noexcept { return count; }
};

/// What a handshake has agreed on that somebody else has made.
struct agreed_handshake {
    std::string subprotocol = {}; ///< empty for none
    message_codec_ptr codec = {}; ///< null for no extension
};

/// One WebSocket connection without any I/O.
///
/// Four families of functions. The order of use: an input or a command; then `next_event` until it
/// gives `none`; then write `output()` and tell with `consume_output` what was taken, if anything;
/// then `settle`; then wait for bytes or for `next_deadline()`. A peer's fault is never an
/// exception and never a return code: it is a `failed` event, and the close frame that tells the
/// peer waits in the output. Not thread-safe. Only std::bad_alloc is ever thrown, and only by
/// commands that are not noexcept; then nothing was done. All else that finds no memory fails the
/// session with `std::errc::not_enough_memory`.
class session {
public:
    /// A session whose life, and handshake deadline, begins at `now`.
    session(const session_options& options, time_point now);

    /// A session that is open from the beginning: the upgrade was asked for and answered elsewhere,
    /// such as by another HTTP server. The `opened` event comes first. RFC 6455 §4.2.2.
    session(const session_options& options, agreed_handshake agreed, time_point now);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    // --- getters

    [[nodiscard]] weft::role role() const noexcept { return options_->role; }
    [[nodiscard]] session_state state() const noexcept { return state_; }
    [[nodiscard]] bool paused() const noexcept { return paused_; }
    [[nodiscard]] const session_options& options() const noexcept { return *options_; }

    /// Server: whether a plain request was answered and the next may follow on this connection:
    /// then `begin_next_request` when the answer has left. RFC 9112 §9.3.
    [[nodiscard]] bool keeps_alive() const noexcept { return keeps_alive_; }

    /// Server: whether it waits for the first byte of the next plain request; it may end then
    /// without an event, as nothing is lost.
    [[nodiscard]] bool between_requests() const noexcept;

    /// Bytes of output that wait to be consumed.
    [[nodiscard]] std::size_t output_size() const noexcept;

    /// Whether bytes should be read for this session now: not while it is paused, waits for a
    /// decision about its handshake, or has met the end of its input.
    [[nodiscard]] bool wants_input() const noexcept;

    /// True when no more output will come: half-close the stream once `output()` is empty.
    ///
    /// After a close frame that tells a fault it becomes true with the peer's close frame: what
    /// stands in between, such as a proxy, may drop that frame when the stream ends right behind.
    [[nodiscard]] bool output_ends() const noexcept {
        return state_ == session_state::closed && !awaits_close_ && !keeps_alive_;
    }

    /// True while `closed` or `failed` is still to be told.
    [[nodiscard]] bool end_waits() const noexcept {
        return state_ == session_state::closed && ending_ != event_type::none;
    }

    /// Whether a deadline depends on when output leaves, so that `consume_output` needs the exact
    /// time and `note_pending` is of use.
    [[nodiscard]] bool times_output() const noexcept {
        return blocked_ || leaving_ || ping_waits_ || state_ > session_state::open || tracks_;
    }

    /// True when the stream has no more use and may be dropped.
    [[nodiscard]] bool finished() const noexcept;

    /// The client's request: a server's from its event on, until `forget_handshake`.
    [[nodiscard]] const http_request* request() const noexcept;

    /// What the client offered; a server's from the `request` event until `forget_handshake`.
    [[nodiscard]] const upgrade_offer* offer() const noexcept;

    /// The server's response: a client's from its arrival until `forget_handshake`.
    [[nodiscard]] const http_response_head* response() const noexcept;

    /// The subprotocol that was agreed on; empty for none and after `forget_handshake`.
    [[nodiscard]] std::string_view subprotocol() const noexcept;

    /// What messages may be compressed with, from `opened` on; null for nothing.
    [[nodiscard]] const message_codec* codec() const noexcept { return codec_.get(); }

    /// How the session ended; meaningful from `closed` or `failed` on.
    [[nodiscard]] const report& outcome() const noexcept;

    /// The beginning of the body of the response that has refused a client's handshake.
    [[nodiscard]] std::string refusal_body() const;

    /// Adds to the outcome what is known outside of a session; not before there is one.
    void add_facts(std::shared_ptr<const report_facts> facts) noexcept;

    // --- inputs

    /// Feeds bytes that the peer sent.
    ///
    /// Consumes all of `bytes` and may overwrite them (payload is unmasked in place); views in the
    /// events that follow stay valid until the next `receive` or `next_event`. `bytes` must stay
    /// until `settle` was called, or without lent memory until `next_event` has given `none`. A
    /// protocol violation is not returned: it becomes a `failed` event, and the close frame to send
    /// waits in `output()`. RFC 6455 §7.1.7.
    void receive(std::span<std::byte> bytes, time_point now) noexcept;

    /// Feeds a copy of bytes that were read before there was a session. The first input, if any.
    void receive_early(std::span<const std::byte> bytes, time_point now) noexcept;

    /// Server: takes a client's request that somebody else has read and parsed, in place of bytes.
    ///
    /// The `request` event follows, and all is as if it had been fed. Fails as `check_upgrade`
    /// does, with `header_too_large`, `too_many_headers`, or with `not_open` after other input;
    /// then nothing has changed. RFC 6455 §4.2.1.
    [[nodiscard]] result<void> receive_request(http_request request, time_point now);

    /// Says that the peer will send no more. What it sent before is still told first.
    void receive_eof(time_point now) noexcept;

    /// Says that the stream broke; output that waits is dropped.
    void receive_error(std::error_code why, time_point now) noexcept;

    /// Does what is due at `now`; calling it early is harmless.
    void handle_deadline(time_point now) noexcept;

    // --- commands; they do not invalidate views

    /// Begins the handshake's deadline anew, for a session that had to wait for its stream.
    void begin(time_point now) noexcept { alive_ = since_ = now; }

    /// Client: writes the handshake. Fails with `bad_header` or `bad_subprotocol`, and then
    /// nothing was written. RFC 6455 §4.1.
    ///
    /// If a subprotocol is required, a server that agrees on none is `errc::no_subprotocol`.
    [[nodiscard]] result<void> start(const uri& target, std::vector<std::string> subprotocols = {},
                                     const http_fields& headers = {},
                                     bool subprotocol_required = false);

    /// Server: accepts the handshake. Fails with `not_open` when none waits for an answer, or as
    /// `make_upgrade_response` does; then another answer may be given. RFC 6455 §4.2.2.
    [[nodiscard]] result<void> accept(std::string_view subprotocol, const http_fields& headers,
                                      time_point now);

    /// Server: refuses the handshake; the session fails with `rejected`. Fails as `serialize` does.
    [[nodiscard]] result<void> reject(const http_response& response, time_point now);

    /// Server: answers a plain request, after which the session is closed without an event,
    /// unless it `keeps_alive`.
    [[nodiscard]] result<void> respond(const http_response& response, time_point now);

    /// Server: goes on to the client's next request, when the answer to the last has left.
    ///
    /// Frees the last request. True when the session is connecting again: then `change_options` if
    /// need be, and pull events, as bytes of the next request may be here. False when it does not
    /// keep alive, when output waits, or when the peer will send no more, which closes it.
    bool begin_next_request(time_point now) noexcept;

    /// Server: closes the session behind the answer that leaves, instead of keeping it alive.
    void end_keep_alive() noexcept { keeps_alive_ = false; }

    /// Frees request, response and subprotocol.
    void forget_handshake() noexcept;

    /// Sends a whole message; false, and nothing is sent, unless open and not inside a message.
    ///
    /// A server that works in lent memory does not copy a payload of `uncopied_size_min` or more
    /// unless it compresses it: it must stay until it was consumed, or until the next call that is
    /// no getter and moves what is left into memory of the session: `settle_output`, `next_event`,
    /// another command that sends.
    bool send(message whole);

    /// The same, with a choice for this message; without a codec it is sent as it is.
    bool send(message whole, compression choice);

    static constexpr std::size_t uncopied_size_min = 16 * 1024;

    /// Sends the next part of a fragmented message, whose kind and compression the first part
    /// decides; the part with `last` ends it. False unless open. RFC 6455 §5.4.
    ///
    /// A codec may keep bytes back until a later part.
    bool send_part(message part, bool last, compression choice = compression::automatic);

    /// Whether a message that `send_part` began has not ended.
    [[nodiscard]] bool sending_parts() const noexcept { return sending_parts_; }

    /// Sends a ping or a pong with at most 125 bytes, of which only the first are sent if there
    /// are more; false unless open. RFC 6455 §5.5.2, §5.5.3.
    bool ping(std::span<const std::byte> payload, time_point now);
    bool pong(std::span<const std::byte> payload);

    /// Begins the closing handshake; nothing happens unless open.
    ///
    /// Any code of a report may be passed on: `sendable` says what is sent for those that no frame
    /// may hold. The reason is cut to 123 bytes at a character's end. Ends a pause: what comes
    /// then, but for the peer's close frame, is dropped. RFC 6455 §7.1.2.
    void close(close_code code, std::string_view reason, time_point now) noexcept;

    /// Ends the session with `why`, telling the peer if that is possible. RFC 6455 §7.1.7.
    void fail(std::error_code why, time_point now) noexcept;

    /// The same for an exception of a handler, which the outcome keeps.
    void fail(std::exception_ptr thrown, time_point now) noexcept;

    /// Ends the session without telling the peer: output that waits is dropped, and the stream
    /// has no more use. The report says that `who` ended it in the phase `at`, and the status that
    /// an HTTP proxy has answered, if it was one, and what the error is about.
    void abort(std::error_code why, side who, phase at, time_point now, int http_status = 0,
               std::string_view detail = {}) noexcept;

    /// Judges by other limits and timeouts from now on, for the same role.
    void change_options(const session_options& options) noexcept { options_ = &options; }

    /// Stops events and, with them, the deadlines for idle peers, pongs and messages.
    void pause(time_point now);
    void resume(time_point now) noexcept;

    /// Says whether the caller has stopped reading although `wants_input`, such as because the
    /// peer has to read its answers first. Meanwhile the deadline of a message stands still.
    void hold_input(bool held, time_point now) noexcept;
    [[nodiscard]] bool input_held() const noexcept { return input_held_; }

    // --- outputs

    /// The next thing to tell; `none` when there is nothing before more input.
    event next_event(time_point now) noexcept;

    /// What to write next; ends with the next call of any other function but a getter.
    [[nodiscard]] output_list output() const noexcept;

    /// Says that the first `count` bytes of the output were taken at `now`. What is left over has
    /// been refused: the peer must read first, and has `session_timeouts::write_stall` for that.
    void consume_output(std::size_t count, time_point now) noexcept;

    /// Says that so many bytes of what was taken have not reached the peer, as far as the stream
    /// can tell (`stream::output_pending`): fewer than before are a sign of life, and while there
    /// are many the peer has no time to lose for its answer. Of use when `times_output()`, and
    /// before `handle_deadline`.
    void note_pending(std::size_t bytes, time_point now) noexcept;

    /// When to call `handle_deadline`; `never` when there is nothing to wait for.
    [[nodiscard]] time_point next_deadline() const noexcept;

    // --- lent memory

    /// Builds output in `lent`, and takes input from where `receive` was told, until `settle`.
    void borrow(scratch& lent) noexcept;

    /// Moves output that lies in lent memory into the session's own. Without memory for it the
    /// session is aborted, as the peer cannot be sent half a frame.
    void settle_output() noexcept;

    /// Moves everything that lies in lent memory into the session's own, gives the lent memory
    /// back and frees what is not needed. Ends views into the input of `receive`. Without memory
    /// for it the session is aborted.
    void settle() noexcept;

    [[nodiscard]] bool borrowing() const noexcept { return lent_ != nullptr; }

    // --- memory of its own

    /// False for a session with nothing in progress: `count_memory` is of no use then.
    [[nodiscard]] bool owns_memory() const noexcept { return extra_ != nullptr; }

    /// Counts in `account` what the session owns besides itself: a message in progress, input and
    /// output that wait, the handshake; and `beside`, what else its owner holds for it. To be
    /// called when that may have changed; the session returns it when it frees it.
    void count_memory(memory_account& account, void* owner, std::size_t beside) noexcept;

    /// Takes what it owns out of the account, and counts no more.
    void forget_account() noexcept;

    /// Once closed: frees what has been received and not told. Ends all views.
    void drop_input() noexcept;

private:
    struct opening;
    struct extra;

    extra& more();
    opening& handshake();
    http_head_parser parser_of_heads() const;
    void discard_extra_if_empty() noexcept;
    [[nodiscard]] bool awaits_decision() const noexcept;

    // input that waits: own before lent
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
    event read_body(time_point now);
    void ask_for_body();
    event read_response(time_point now);
    event judge_request(time_point now);
    event ask();
    event judge_response(time_point now);
    std::error_code confirm_extension(const http_response_head& response);
    event read_refusal(time_point now);
    [[nodiscard]] bool was_refused() const noexcept;
    void fail_refused(time_point now) noexcept;
    void refuse(const http_response& response, report* outcome);
    void become_open(time_point now) noexcept;
    void end_quietly(time_point now) noexcept;
    [[nodiscard]] bool input_waits() const noexcept;
    [[nodiscard]] duration opening_timeout() const noexcept;
    [[nodiscard]] response_form form_of_response(bool keep_alive) const noexcept;

    // frames; what is found is written where it will be read, as copies cost more than parsing
    bool find_short_message(event& told, time_point now);
    void find_event(event& told, time_point now);
    void find_frame_event(event& told, time_point now);
    [[nodiscard]] bool may_be_compressed(std::byte first) const noexcept;
    errc judge_data_frame(const frame_header& header) const noexcept;
    [[nodiscard]] bool compressed_fits(const frame_header& header) const noexcept;
    void take_control_frame(const frame_header& header, std::span<std::byte> payload, event& told,
                            time_point now);
    void take_whole_message(const frame_header& header, event& told, time_point now);
    void take_payload(event& told, time_point now);
    std::error_code add_payload(std::span<const std::byte> piece);
    void end_frame(event& told, time_point now);
    void begin_message(time_point now);
    void message_grew(std::size_t size, time_point now) noexcept;
    [[nodiscard]] bool message_in_progress() const noexcept;
    [[nodiscard]] time_point message_deadline() const noexcept;
    void take_close_frame(std::span<const std::byte> payload, time_point now);
    void answer_ping(std::span<const std::byte> payload);
    void ping_peer(time_point now) noexcept;

    // compressed messages
    void take_compressed_message(std::span<const std::byte> payload, event& told, time_point now);
    std::error_code decode_message(std::span<const std::byte> payload, event& told);
    std::error_code decode(codec_stream& by, std::span<const std::byte> from, bool last);
    std::error_code end_decoding();
    [[nodiscard]] std::span<std::byte> extend_assembly(std::size_t wanted);
    [[nodiscard]] bool compresses(message whole, compression choice) const noexcept;
    bool put_compressed_message(message whole);
    bool put_compressed_part(message part, bool last);
    std::error_code put_compressed_frame(codec_stream& by, opcode code, bool fin,
                                         std::span<const std::byte> payload, std::size_t room);
    void take_codec(message_codec_ptr agreed);

    // output
    [[nodiscard]] std::byte* extend_output(std::size_t size);
    void put_text(std::string_view text);
    void put_frame(opcode code, bool fin, std::span<const std::byte> payload);
    void put_close_frame(report* outcome, close_code code, std::string_view reason);
    void put_delayed_pong() noexcept;
    void keep_output();
    void follow_output(std::size_t count, time_point now) noexcept;
    void peer_took(time_point now) noexcept;
    void begin_wait(time_point now) noexcept;
    [[nodiscard]] bool output_waits() const noexcept;
    [[nodiscard]] time_point stall_deadline() const noexcept;
    [[nodiscard]] bool waits_for_answer() const noexcept;

    // the end
    [[nodiscard]] report* begin_end(side who) noexcept;
    [[nodiscard]] bool tell_peer(std::error_code why, report* outcome) noexcept;
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
    time_point since_;             // when the phase began; while open: when a ping left
    session_state state_ = session_state::connecting;
    utf8_validator text_;
    event_type ending_ = event_type::none; // the last event, not yet told
    bool is_text_ : 1 = false;             // the message in progress
    bool in_frame_ : 1 = false;
    bool last_frame_ : 1 = false;
    bool message_told_ : 1 = false; // the assembled message may be freed
    bool compressed_ : 1 = false;   // the message in progress
    bool sending_parts_ : 1 = false;
    bool has_codec_ : 1 = false; // codec_ is not null: beside sending_parts_, to test both at once
    bool ping_waits_ : 1 = false;
    bool paused_ : 1 = false;
    bool eof_ : 1 = false;
    bool keeps_alive_ : 1 = false; // a plain request was answered, and another may follow
    bool discards_messages_ : 1 = false; // messages are dropped: closed while paused
    bool abandoned_ : 1 = false; // the stream may be dropped at once
    bool input_held_ : 1 = false; // by the caller, for reasons of its own
    bool blocked_ : 1 = false;   // the stream has refused output, which waits
    bool leaving_ : 1 = false;   // a deadline begins when all output has left
    bool tracks_ : 1 = false;       // much of what was taken has not reached the peer
    bool awaits_close_ : 1 = false; // after a fault: the peer's close frame is still to come
};

} // namespace weft
