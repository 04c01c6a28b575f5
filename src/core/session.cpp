// SPDX-License-Identifier: MIT
// The life of a session: getters, inputs, deadlines, pausing, and the end.
#include <weft/core/session.hpp>

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "core/session_extra.hpp"
#include "core/short_messages.hpp"

namespace weft {
namespace {

std::error_code no_memory() noexcept {
    return make_error_code(std::errc::not_enough_memory);
}

} // namespace

session::session(const session_options& options, time_point now)
    : options_(&options), alive_(now), since_(now) {}

session::session(const session_options& options, agreed_handshake agreed, time_point now)
    : session(options, now) {
    if (!agreed.subprotocol.empty()) handshake().subprotocol = std::move(agreed.subprotocol);
    take_codec(std::move(agreed.codec));
    become_open(now);
}

session::~session() = default;

// --- getters

bool session::awaits_decision() const noexcept {
    return state_ == session_state::connecting && extra_ && extra_->handshake &&
        extra_->handshake->at == opening::step::decision;
}

bool session::wants_input() const noexcept {
    return !eof_ && !abandoned_ && !paused_ && !keeps_alive_ && !awaits_decision();
}

bool session::finished() const noexcept {
    if (state_ != session_state::closed) return false;
    return abandoned_ || (eof_ && !keeps_alive_ && output_size() == 0);
}

const http_request* session::request() const noexcept {
    if (!extra_ || !extra_->handshake || !extra_->handshake->request) return nullptr;
    return &*extra_->handshake->request;
}

const upgrade_offer* session::offer() const noexcept {
    return extra_ && extra_->handshake ? &extra_->handshake->offer : nullptr;
}

const http_response_head* session::response() const noexcept {
    if (!extra_ || !extra_->handshake || !extra_->handshake->response) return nullptr;
    return &*extra_->handshake->response;
}

std::string_view session::subprotocol() const noexcept {
    if (!extra_ || !extra_->handshake) return {};
    return extra_->handshake->subprotocol;
}

const report& session::outcome() const noexcept {
    if (extra_ && extra_->outcome) return *extra_->outcome;
    static const report nothing{};
    static const report without_memory = [] {
        report why;
        why.error = no_memory();
        return why;
    }();
    return state_ == session_state::closed ? without_memory : nothing;
}

std::optional<round_trip_time> session::round_trip() const noexcept {
    if (last_trip_ == 0) return std::nullopt;
    return round_trip_time{std::chrono::microseconds(last_trip_),
                           std::chrono::microseconds(smoothed_trip_)};
}

void session::complete_outcome(std::shared_ptr<const report_facts> facts, time_point now) noexcept {
    if (!extra_ || !extra_->outcome) return;
    report& outcome = *extra_->outcome;
    outcome.facts = std::move(facts);
    outcome.traffic = traffic_;
    if (opened_at_ != never) outcome.lived = now - opened_at_;
}

// --- inputs

void session::receive(std::span<std::byte> bytes, time_point now) noexcept {
    alive_ = now;
    traffic_.bytes_received += bytes.size();
    if (state_ == session_state::open) ping_waits_ = false;
    if (eof_ || (state_ == session_state::closed && !awaits_close_ && !keeps_alive_)) return;
    try {
        if (lent_) lent_->received_header_ = {};
        retain_given(); // earlier input that the caller has not pulled as events
        set_given(bytes);
    } catch (const std::bad_alloc&) {
        fail(no_memory(), now);
    }
}

void session::receive_early(std::span<const std::byte> bytes, time_point now) noexcept {
    assert(given().empty());
    alive_ = now;
    traffic_.bytes_received += bytes.size();
    try {
        if (!bytes.empty()) more().input.append(bytes);
    } catch (const std::bad_alloc&) {
        fail(no_memory(), now);
    }
}

void session::receive_eof(time_point now) noexcept {
    alive_ = now;
    eof_ = true;
}

void session::receive_error(std::error_code why, time_point now) noexcept {
    const phase here = state_ == session_state::connecting ? phase::http : phase::websocket;
    if (was_refused()) return fail_refused(now);
    // Such as an end without close_notify, or a certificate that the peer does not accept.
    const bool by_peer = why == condition::protocol_error || why == condition::refused;
    abort(why, by_peer ? side::peer : side::system, here, now);
}

void session::abort(std::error_code why, side who, phase at, time_point now,
                    int http_status, std::string_view detail) noexcept {
    const bool cut = output_size() != 0;
    eof_ = true;
    abandoned_ = true;
    blocked_ = leaving_ = tracks_ = awaits_close_ = keeps_alive_ = false;
    if (extra_) {
        extra_->output.clear();
        extra_->delayed_pong.reset();
    }
    if (lent_) {
        lent_->output_.rewind();
        lent_->payload_ = {};
    }
    if (state_ == session_state::closed) {
        const bool was_slow = why == errc::write_stalled || why == errc::output_too_slow;
        if (cut && was_slow) fail_answer(why, who);
        return;
    }
    if (between_requests()) return end_quietly(now);
    if (report* const outcome = begin_end(who)) {
        outcome->began = who;
        outcome->phase = at;
        outcome->error = why;
        outcome->http_status = http_status;
        add_detail(detail);
    }
    end_with(event_type::failed, now);
}

/// Reports that the response to a plain request was cut off. Otherwise a plain request ends without
/// an event.
void session::fail_answer(std::error_code why, side who) noexcept {
    if (extra_ && extra_->outcome) return;
    if (report* const outcome = begin_end(who)) {
        outcome->phase = phase::http;
        outcome->error = why;
    }
    ending_ = event_type::failed;
}

/// Aborts the session when memory runs out in the middle of the output.
void session::give_up() noexcept {
    abort(no_memory(), side::local,
          state_ == session_state::connecting ? phase::http : phase::websocket, alive_);
}

void session::handle_deadline(time_point now) noexcept {
    if (now < next_deadline()) return;
    if (now >= output_deadline()) {
        const phase here = state_ == session_state::connecting ? phase::http : phase::websocket;
        const bool stalled = now >= stall_deadline();
        return abort(stalled ? errc::write_stalled : errc::output_too_slow, side::local, here, now);
    }
    if (state_ == session_state::open &&
        now >= deadline_after(alive_, options_->timeouts.idle)) {
        if (!output_waits()) return fail(errc::idle_timeout, now);
        alive_ = now; // output is in transit, so the peer may be reading: check again later
        return;
    }
    if ((state_ == session_state::open || receives_body()) && now >= message_deadline()) {
        return fail(errc::message_timeout, now);
    }
    if (waits_for_answer() && (output_waits() || leaving_)) {
        since_ = now; // the peer cannot answer yet: our output has not reached it
        trip_timed_ = trip_timed_ && leaving_;
        return;
    }
    switch (state_) {
    case session_state::connecting:
        return was_refused() ? fail_refused(now) : fail(errc::handshake_timeout, now);
    case session_state::open:
        return ping_waits_ ? fail(errc::pong_timeout, now) : ping_peer(now);
    case session_state::closing: fail(errc::close_timeout, now); break;
    case session_state::closed: break;
    }
    abandoned_ = true;
}

/// Returns whether a deadline for the peer's answer to our output applies.
bool session::waits_for_answer() const noexcept {
    switch (state_) {
    case session_state::connecting: return role() == role::client || between_requests();
    case session_state::open: return ping_waits_;
    default: return true;
    }
}

/// Sends a keep-alive ping; its payload, the time, distinguishes it from earlier ones. The frame
/// fits into lent memory.
void session::ping_peer(time_point now) noexcept {
    const auto since_epoch = now.time_since_epoch();
    const auto mark = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
    try {
        ping(std::as_bytes(std::span(&mark, 1)), now);
    } catch (const std::bad_alloc&) {
        fail(no_memory(), now);
    }
}

time_point session::next_deadline() const noexcept {
    const auto& timeouts = options_->timeouts;
    const time_point stall = output_deadline();
    switch (state_) {
    case session_state::connecting:
        if (blocked_ && role() == role::client) return stall;
        if (receives_body()) return paused_ ? never : std::min(stall, message_deadline());
        return std::min(stall, deadline_after(since_, opening_timeout()));
    case session_state::open: break;
    case session_state::closing:
    case session_state::closed:
        if (abandoned_) return never;
        return blocked_ ? stall : std::min(stall, deadline_after(since_, timeouts.close));
    }
    if (paused_ || eof_) return never;
    if (blocked_) return std::min(stall, message_deadline());
    const time_point idle = std::min(stall, deadline_after(alive_, timeouts.idle));
    const time_point alive = ping_waits_ ? deadline_after(since_, timeouts.pong)
                                         : deadline_after(alive_, timeouts.ping_interval);
    return std::min({idle, alive, message_deadline()});
}

/// Returns the deadline of the message or the body in progress; `never` between messages.
time_point session::message_deadline() const noexcept {
    return (message_in_progress() || receives_body()) && !input_held_ ? extra_->message_due : never;
}

void session::change_options(const session_options& options) noexcept {
    options_ = &options;
    if (lent_) lent_->short_end_ = short_messages::end_of_sizes(options);
}

// --- pausing

void session::pause(time_point now) {
    if (paused_ || state_ == session_state::closed || state_ == session_state::closing) return;
    more().paused_since = now;
    paused_ = true;
    trip_timed_ = false; // the pong may wait unread
}

/// Deadlines do not run during a pause: the times from which they count move forward by its length,
/// but at most to `now`.
void session::resume(time_point now) noexcept {
    if (!paused_) return;
    paused_ = false;
    const duration stood_still = now - extra_->paused_since;
    alive_ = std::min(alive_ + stood_still, now);
    if (state_ == session_state::open) since_ = std::min(since_ + stood_still, now);
    if (message_in_progress() || receives_body()) {
        extra_->message_due = later(extra_->message_due, stood_still);
    }
    extra_->taken_at = std::min(extra_->taken_at + stood_still, now);
    extra_->rate.postpone(stood_still);
    discard_extra_if_empty();
}

/// Restarts the message deadline, as input that the peer sent meanwhile has not been read.
void session::hold_input(bool held, time_point now) noexcept {
    input_held_ = held;
    if (held || !(message_in_progress() || receives_body())) return;
    extra_->message_due = deadline_after(now, options_->timeouts.message);
}

// --- the end

/// Returns the outcome to fill in: a new one, or that of the closing handshake in progress. Null if
/// there is no memory.
report* session::begin_end(side who) noexcept {
    try {
        auto& outcome = more().outcome;
        if (!outcome) outcome = std::make_unique<report>();
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
    report& outcome = *extra_->outcome;
    if (state_ == session_state::closing) return &outcome;
    outcome = report{};
    outcome.phase = state_ == session_state::connecting ? phase::http : phase::websocket;
    outcome.began = who;
    return &outcome;
}

void session::end_with(event_type how, time_point now) noexcept {
    state_ = session_state::closed;
    ending_ = how;
    since_ = now;
    paused_ = false;
    in_frame_ = false;
    if (extra_) {
        if (!awaits_close_) extra_->frame_left = 0;
        extra_->fragments = 0;
        extra_->decoding.reset();
        extra_->encoding.reset();
    }
    leaving_ = output_size() != 0;
}

void session::fail(std::error_code why, time_point now) noexcept {
    if (state_ == session_state::closed) return end_keep_alive();
    if (between_requests()) return end_quietly(now);
    const bool by_peer = why == condition::protocol_error || why == condition::refused ||
        why == errc::unexpected_eof;
    // A client whose handshake failed sends nothing, and after an early end the peer does not read.
    const bool client_connects = state_ == session_state::connecting && role() == role::client;
    abandoned_ = abandoned_ || client_connects || why == errc::unexpected_eof;
    report* const outcome = begin_end(side::local);
    if (outcome) {
        outcome->began = by_peer ? side::peer : side::local;
        outcome->error = why;
    }
    abandoned_ = abandoned_ || !inform_peer(why, outcome);
    // After running out of memory, the session frees its memory without waiting for the peer.
    awaits_close_ = state_ != session_state::connecting && !abandoned_ && !eof_ &&
        why != std::errc::not_enough_memory;
    end_with(event_type::failed, now);
}

void session::fail(std::exception_ptr thrown, time_point now) noexcept {
    if (state_ == session_state::closed) return end_keep_alive();
    fail(errc::handler_threw, now);
    if (extra_ && extra_->outcome) extra_->outcome->exception = std::move(thrown);
}

/// Informs the peer of a fault: by an HTTP response, a close frame, or nothing while closing.
/// Returns false if there is no memory; a close frame fits into lent memory.
bool session::inform_peer(std::error_code why, report* outcome) noexcept {
    try {
        if (state_ == session_state::connecting) {
            auto response = refusal(why);
            if (response.status == 503 && options_->retry_after.count() > 0) {
                const auto wait = std::to_string(options_->retry_after.count());
                response.headers.push_back({"Retry-After", wait});
            }
            refuse(response, outcome);
        } else if (state_ == session_state::open) {
            put_close_frame(outcome, close_code_for(why), close_reason_for(why));
        }
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

event session::next_event(time_point now) noexcept {
    event next;
    try {
        if (lent_) {
            if (!lent_->payload_.empty()) keep_output(); // may be the last event's payload
            lent_->received_header_ = {};
        }
        if (short_messages::receive(*this, next, now)) return next;
        forget_message();
        find_event(next, now);
        traffic_.messages_received += next.type == event_type::message || next.is_last;
        if (!lent_ && next.type == event_type::none) retain_given();
    } catch (const std::bad_alloc&) {
        fail(no_memory(), now);
        next = {std::exchange(ending_, event_type::none)};
    }
    return next;
}

void session::find_event(event& next, time_point now) {
    while (ending_ == event_type::none) {
        if (keeps_alive_) return; // queued input belongs to the next request
        if (state_ == session_state::closed) return pass_over_input();
        if (paused_) return;
        if (state_ == session_state::connecting) {
            next = next_opening_event(now);
        } else {
            find_frame_event(next, now);
        }
        if (next.type != event_type::none) return;
        if (ending_ != event_type::none) break;
        if (!eof_ || state_ == session_state::closed) return;
        fail(errc::unexpected_eof, now);
    }
    next.type = std::exchange(ending_, event_type::none);
}

} // namespace weft
