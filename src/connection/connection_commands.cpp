// SPDX-License-Identifier: MIT
// The commands of a connection, such as `send` and `close`, and the output that they cause.
#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include <weft/core/error.hpp>

#include "connection/connection_details.hpp"
#include "connection/connection_set.hpp"
#include "core/short_messages.hpp"

namespace weft {
namespace {

/// The most bytes of one frame of a message that is sent from a source.
constexpr std::size_t slice_size_max = 64 * 1024;

std::span<const std::byte> as_bytes(std::string_view text) noexcept {
    return std::as_bytes(std::span(text.data(), text.size()));
}

} // namespace

// --- sending

send_result connection::send(message whole) {
    assert(driver().called_by_owner("connection::send"));
    if (depth_ == 0) [[unlikely]] driver().require_owner("connection::send");
    if (!dead_ && !blocked_ && short_messages::send(session_, whole)) [[likely]] {
        return sent_short();
    }
    return send_uncompressed(whole);
}

/// Sends a message for which the fast path does not apply: it is long, or older output waits, or
/// the connection is not open.
send_result connection::send_uncompressed(message whole) {
    if (session_.sending_parts()) return send_behind_source(whole, compression::automatic);
    return submit(whole.size(), [&](session& to) { return to.send(whole); });
}

send_result connection::send(message whole, compression choice) {
    driver().require_owner("connection::send");
    if (session_.sending_parts()) return send_behind_source(whole, choice);
    return submit(whole.size(), [&](session& to) { return to.send(whole, choice); });
}

send_result connection::send(const prepared_message& whole) {
    driver().require_owner("connection::send");
    if (session_.sending_parts()) {
        return hold_behind_source(whole.size(), whole.choice(), [&] { return whole; });
    }
    return submit(whole.size(), [&](session& to) { return to.send(whole); });
}

send_result connection::send_part(message part, bool last, compression choice) {
    driver().require_owner("connection::send_part");
    if (sends_source()) return send_result::closed;
    const auto answer =
        submit(part.size(), [&](session& to) { return to.send_part(part, last, choice); });
    if (last) send_what_was_held();
    return answer;
}

send_result connection::ping(std::string_view payload) {
    driver().require_owner("connection::ping");
    const auto now = driver().now();
    return submit(payload.size(), [&](session& to) { return to.ping(as_bytes(payload), now); });
}

send_result connection::pong(std::string_view payload) {
    driver().require_owner("connection::pong");
    return submit(payload.size(), [&](session& to) { return to.pong(as_bytes(payload)); });
}

/// Runs a session command that makes output, within the limit on queued output.
template <class Command>
send_result connection::submit(std::size_t size, Command&& command) {
    if (dead_ || !is_open()) return send_result::closed;
    if (blocked_ && queue_is_full(size)) return refuse_to_queue();
    return submit_now(size, command);
}

/// Does the same without checking the limit, which has already been applied.
template <class Command>
send_result connection::submit_now(std::size_t size, Command&& command) {
    if (in_run_) [[unlikely]] queue_run();
    if (size >= session::uncopied_size_min) {
        return submit_large(command) ? submitted() : send_result::closed;
    }
    return command(session_) ? sent_short() : send_result::closed;
}

/// Finishes a command that has made output: writes it now if it is large, otherwise later.
inline send_result connection::sent_short() {
    if (session_.output_size() >= output_that_leaves_at_once) [[unlikely]] {
        write_now();
        if (!is_open()) return send_result::closed; // the stream broke
    }
    return submitted();
}

/// Schedules the write, and returns the result of the command that made the output.
inline send_result connection::submitted() {
    after_writing();
    if (!blocked_) return send_result::accepted;
    count_memory();
    if (!is_open()) return send_result::closed;
    share_queue();
    writable_due_ = true;
    return send_result::backed_up;
}

/// The session does not copy a large message. What the stream does not take is still in the
/// caller's memory, so it is copied before this returns.
template <class Command>
bool connection::submit_large(Command& command) {
    std::optional<borrowed_scratch> lent;
    if (!session_.borrowing()) lent.emplace(*this);
    if (!command(session_)) return false;
    write_now();
    session_.settle_output();
    return is_open();
}

channel::queue_limit connection::limit() const noexcept {
    return {route_->options.queue_size_max, route_->options.when_full};
}

/// Writes all output to the stream, as far as the stream takes it. The stream may call code of the
/// application (`io_stream::write_handler`): what that sends here is written after what the stream
/// is taking, and if it ends this connection, nothing is left to write.
void connection::write_now() noexcept {
    if (dead_ || !stream_ || blocked_ || writing_) return;
    while (session_.output_size() != 0) {
        const output_list output = session_.output();
        std::size_t size = 0;
        for (const auto piece : output) size += piece.size();
        writing_ = true;
        const auto taken = stream_->write(std::span(output.pieces).first(output.size()));
        writing_ = false;
        if (session_.output_size() < size) return;
        if (!taken) {
            session_.receive_error(taken.error(), driver().now());
            driver().defer(*this);
            return;
        }
        blocked_ = *taken < size;
        consume_output(*taken);
        if (blocked_) return;
    }
}

/// If a deadline depends on when output leaves, reads the clock, because the turn's time may be
/// old.
void connection::consume_output(std::size_t count) noexcept {
    const bool measured = route_->session.limits.output_rate_min != 0;
    const bool timed = blocked_ || measured || session_.times_output();
    const auto now = timed ? driver().read_clock() : time_point{};
    session_.consume_output(count, now);
    if (timed) session_.note_pending(stream_->output_pending(), now);
}

/// Writes what the stream takes now. If it takes everything, the peer counts as reading again.
void connection::drain() noexcept {
    write_now();
    if (!blocked_ && !sends_source()) stream_has_drained();
    share_queue();
}

// --- sending from a source

send_result connection::send_from(message_source source, compression choice) {
    driver().require_owner("connection::send_from");
    if (session_.sending_parts()) {
        return hold_behind_source(source.memory_used(), choice, [&] { return std::move(source); });
    }
    if (dead_ || !is_open()) return send_result::closed;
    begin_source(std::move(source), choice);
    return send_result::backed_up;
}

send_result connection::send_behind_source(message whole, compression choice) {
    return hold_behind_source(whole.size(), choice, [&]() -> posted_message::owned {
        if (whole.is_text()) return std::string(whole.text());
        return std::vector<std::byte>(whole.bytes().begin(), whole.bytes().end());
    });
}

/// Holds a message until the source has ended. A message that the application itself sends in parts
/// is not waited for.
template <class Content>
send_result connection::hold_behind_source(std::size_t size, compression choice,
                                           Content&& content) {
    if (dead_ || !is_open() || !has_source()) return send_result::closed;
    if (queue_is_full(size)) return refuse_to_queue();
    const std::size_t counted = size + handle_state::post_overhead;
    auto& waiting = extras()->held;
    waiting.push_back(
        std::make_unique<posted_message>(posted_message{content(), 0, choice, counted}));
    extras()->held_size += counted;
    answers_wait_ |= depth_ != 0; // what a handler sends is an answer
    writable_due_ = true;
    share_queue();
    return send_result::backed_up;
}

std::size_t connection::queued() const noexcept {
    return session_.output_size() + size_of_run() + (extra_ ? extras()->held_size : 0);
}

bool connection::has_source() const noexcept {
    return extra_ && extras()->source;
}

void connection::begin_source(message_source&& from, compression choice) {
    if (in_run_) queue_run();
    more().source =
        std::make_shared<outgoing_source>(outgoing_source{std::move(from), choice});
    session_.announce_parts();
    writable_due_ = true;
    driver().defer(*this);
}

void connection::continue_sending() {
    if (has_source()) feed_source();
    call_writable();
}

/// Sends what the source supplies while the stream accepts everything and the turn's budget lasts.
/// Otherwise `on_writable` or `update` calls it again.
void connection::feed_source() {
    while (!dead_ && has_source() && !blocked_ && driver().may_call()) {
        if (!is_open()) return drop_source();
        const auto from = extras()->source; // kept while it runs, even if the connection ends
        if (from->rest.empty() && !from->has_ended && !ask_source(*from)) continue;
        driver().handler_called(); // a large piece counts for each slice
        send_slice(*from);
    }
}

/// Asks for the next piece. Returns false if the connection has ended meanwhile.
bool connection::ask_source(outgoing_source& from) {
    source_piece piece;
    function<void()> ask = [&] { piece = from.source.next(); };
    call(ask);
    if (dead_ || !is_open()) return false;
    from.rest = piece.bytes;
    from.has_ended = piece.is_last;
    return true;
}

/// The first frame decides whether a message is compressed. Unless it is the last one, too, the
/// size of the message is not known, and may be large although this frame is small.
compression connection::choice_for_unknown_size(const outgoing_source& from) const noexcept {
    if (from.choice != compression::automatic || !session_.codec()) return from.choice;
    const bool encodes = session_.codec()->encodes(unlimited, from.source.is_text());
    return encodes ? compression::on : compression::off;
}

/// Sends the next frame. What the stream does not accept of it is copied to the queue.
void connection::send_slice(outgoing_source& from) {
    const auto slice = from.rest.first(std::min(from.rest.size(), slice_size_max));
    from.rest = from.rest.subspan(slice.size());
    const bool last = from.has_ended && from.rest.empty();
    if (slice.empty() && !last) return;
    const message part(slice, from.source.is_text());
    const auto choice = last ? from.choice : choice_for_unknown_size(from);
    submit_now(slice.size(), [&](session& to) { return to.send_part(part, last, choice); });
    if (!last || dead_ || !is_open()) return;
    drop_source();
    send_what_was_held();
    if (!blocked_ && !has_source()) stream_has_drained();
}

/// Destroying the source may run application code, and the source may itself be the caller.
void connection::drop_source() noexcept {
    if (!has_source()) return;
    const auto done = std::move(extras()->source);
}

/// Also drops the messages that wait behind the source, some of which may be sources themselves.
void connection::drop_sources() noexcept {
    drop_source();
    if (!extra_) return;
    const auto waiting = std::exchange(extra_->held, {});
}

// --- ending and pausing

void connection::close(close_code code, std::string_view reason) noexcept {
    driver().require_owner("connection::close");
    if (dead_) return;
    leave_run();
    if (session_.between_requests()) return end_for_shutdown(errc::aborted);
    if (state() == session_state::connecting) return end_at_once(errc::aborted);
    session_.close(code, reason, driver().now());
    drop_source();
    if (dead_) return;
    share_queue();
    after_writing();
    if (depth_ == 0) driver().defer(*this); // the peer's close frame may wait in the session
}

void connection::close_at(time_point deadline, close_code code, std::string reason) {
    driver().require_owner("connection::close_at");
    if (dead_) return;
    if (deadline == never) {
        if (extras()) extras()->expiry.reset();
        return;
    }
    auto next = std::make_unique<scheduled_close>(*this, code, std::move(reason));
    driver().arm(*next, deadline);
    more().expiry = std::move(next);
}

void connection::close_after(duration delay, close_code code, std::string reason) {
    close_at(later(driver().now(), std::max(delay, duration::zero())), code, std::move(reason));
}

void connection::pause() {
    driver().require_owner("connection::pause");
    if (dead_) return;
    session_.pause(driver().now());
    if (depth_ == 0) update();
}

void connection::resume() noexcept {
    driver().require_owner("connection::resume");
    if (dead_ || !session_.paused()) return;
    session_.resume(driver().now());
    if (depth_ == 0) driver().defer(*this); // messages may wait in the session
}

// --- answers to a handshake or a plain request

result<void> connection::accept(std::string_view subprotocol, const http_fields& headers) {
    driver().require_owner("connection::accept");
    if (subprotocol.empty()) subprotocol = route_->subprotocol; // the client has offered it
    return answered(session_.accept(subprotocol, headers, driver().now()));
}

result<void> connection::reject(const http_response& response) {
    driver().require_owner("connection::reject");
    return answered(session_.reject(response, driver().now()));
}

result<void> connection::respond(const http_response& response) {
    driver().require_owner("connection::respond");
    const auto outcome = answered(session_.respond(response, driver().now()));
    if (outcome) log_response(response.status); // last: `on_error` may destroy the endpoint
    return outcome;
}

/// An answer causes output and events. Outside a handler, they are handled in a later round.
result<void> connection::answered(result<void> outcome) {
    if (outcome && depth_ == 0) driver().defer(*this);
    return outcome;
}

// --- getters

address connection::remote_address() const {
    if (extras() && extras()->named) return *extras()->named;
    return stream_ ? stream_->remote_address() : address();
}

std::string_view connection::subprotocol() const noexcept {
    return extras() ? std::string_view(extras()->subprotocol) : std::string_view();
}

std::string_view connection::extensions() const noexcept {
    return session_.codec() ? session_.codec()->agreed() : std::string_view();
}

const uri* connection::uri() const noexcept {
    return extras() && extras()->uri ? &*extras()->uri : nullptr;
}

std::string_view connection::path() const noexcept {
    if (uri()) return uri()->path();
    return request() ? request()->path() : std::string_view();
}

std::string_view connection::query() const noexcept {
    if (uri()) return uri()->query();
    return request() ? request()->query() : std::string_view();
}

std::string_view connection::host() const noexcept {
    if (uri()) return uri()->host();
    return request() ? request()->host() : std::string_view();
}

std::optional<std::string_view> connection::origin() const noexcept {
    return request() ? request()->origin() : std::nullopt;
}

std::optional<std::string_view> connection::header(std::string_view name) const noexcept {
    if (request()) return request()->header(name);
    return response() ? response()->header(name) : std::nullopt;
}

std::optional<std::string_view> connection::cookie(std::string_view name) const noexcept {
    return request() ? request()->cookie(name) : std::nullopt;
}

std::optional<std::string> connection::query_value(std::string_view key) const {
    return request() ? request()->query_value(key) : std::nullopt;
}

const std::vector<std::string>& connection::offered_subprotocols() const noexcept {
    static const std::vector<std::string> none;
    const upgrade_offer* offer = session_.offer();
    return offer ? offer->subprotocols : none;
}

connection_handle connection::handle() {
    driver().require_owner("connection::handle");
    return connection_handle(shared_state());
}

// --- what handles have posted

/// A message must wait for `open`, or for the end of a message that is sent in parts.
bool connection::holds_back() const noexcept {
    return state() == session_state::connecting || session_.sending_parts() ||
           (extra_ && !extra_->held.empty());
}

/// The message was counted against the limit when it was posted.
void connection::send_posted(posted_message& what) {
    if (what.held_size != 0) extras()->held_size -= what.held_size;
    if (dead_ || !is_open()) return;
    if (auto* const source = what.source()) return begin_source(std::move(*source), what.choice);
    const auto* const prepared = what.prepared();
    const auto whole = what.whole();
    submit_now(whole.size(), [&](session& to) {
        return prepared ? to.send(*prepared) : to.send(whole, what.choice);
    });
}

void connection::send_what_was_held() noexcept {
    if (!session_.sending_parts()) send_held();
}

} // namespace weft
