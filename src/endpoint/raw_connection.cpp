// SPDX-License-Identifier: MIT
// A raw connection at work: passes input from the stream and the driver to the handlers, one call
// at a time, and reports its end once.
#include <weft/endpoint/raw_connection.hpp>

#include <algorithm>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "endpoint/raw_set.hpp"

namespace weft {

raw_connection::raw_connection(raw_set& home, raw_route& by, std::unique_ptr<details> own)
    : channel(home.driver(), std::move(own)), set_(home), route_(&by) {
    if (connecting_) static_cast<void>(handle()); // nothing after this can fail
    driver().work_started();
}

raw_connection::~raw_connection() = default;

raw_connection::details& raw_connection::more() {
    return static_cast<details&>(some_extra());
}

std::unique_ptr<channel::extra> raw_connection::make_extra() const {
    return std::make_unique<details>();
}

// --- lifetime

void raw_connection::receive_early(std::span<const std::byte> bytes) {
    if (!bytes.empty()) more().early.append(bytes);
}

/// Takes over the stream, and schedules `open`: it is called before all other handlers, in a later
/// round, when the stream is open.
void raw_connection::attach(std::unique_ptr<stream> connected) noexcept {
    stream_ = std::move(connected);
    if (connecting_) pending().finish();
    alive_at_ = driver().now();
    until_ = opening() ? deadline_after(alive_at_, route_->options.tls_timeout) : never;
    driver().defer(*this);
    stream_->start(*this);
    if (set_.shutting_down()) end_for_shutdown(errc::shut_down); // the stream came too late
    update_timer();
}

void raw_connection::end_unopened(phase at, std::error_code why, int) noexcept {
    end_with(why, pending_connection::side_of(why));
    outcome_.phase = at;
}

/// Adds facts to the report; without memory for them the report omits them.
void raw_connection::note_facts() noexcept {
    try {
        outcome_.facts = take_facts(remote_address());
    } catch (const std::bad_alloc&) {
        return;
    }
}

/// Ends the connection; only the first call has an effect.
void raw_connection::end_with(std::error_code why, side began) noexcept {
    if (over()) return;
    const auto own_phase = stream_ ? stream_->error_phase() : std::nullopt;
    outcome_.phase = own_phase.value_or(phase::transfer);
    outcome_.error = why;
    outcome_.began = began;
    end_waits_ = true;
    lingers_ = false;
    queue_.clear();
    if (stream_) stream_->close();
    driver().defer(*this);
}

void raw_connection::abort() noexcept {
    driver().require_owner("raw_connection::abort");
    end_at_once(errc::aborted);
}

void raw_connection::reset() noexcept {
    driver().require_owner("raw_connection::reset");
    if (stream_ && !over()) stream_->close_with_reset();
    end_at_once(errc::aborted);
}

void raw_connection::end_at_once(std::error_code why) noexcept {
    if (over()) return;
    if (connecting_) return pending().abandon(why);
    end_with(why, side::local);
}

void raw_connection::end_for_shutdown(std::error_code why) noexcept {
    opened_ ? close() : end_at_once(why);
}

void raw_connection::finish() noexcept {
    driver().require_owner("raw_connection::finish");
    if (!is_open()) return;
    if (!eof_) outcome_.began = side::local;
    finishing_ = true;
    share_queue();
    after_writing();
}

void raw_connection::close() noexcept {
    driver().require_owner("raw_connection::close");
    if (over() || closing_) return;
    if (!opened_) return end_at_once(errc::aborted);
    if (!eof_ && !finishing_) outcome_.began = side::local;
    outcome_.phase = phase::transfer;
    closing_ = true;
    until_ = deadline_after(driver().read_clock(), route_->options.close_timeout);
    if (extras()) extras()->early.clear();
    share_queue();
    update_timer();
    after_writing();
    if (depth_ == 0) driver().defer(*this);
}

void raw_connection::leave() noexcept {
    if (extras()) extras()->counted.leave();
    set_.remove(*this);
}

// --- the memory budget

/// Counts a connection only if it owns memory or its TLS handshake is under way; for others this
/// returns at once.
void raw_connection::count_memory() noexcept {
    const details* const its = extras();
    const bool counted = its && (its->counted.bytes() != 0 || its->early.owns_memory());
    if (over() || !(counted || queue_.owns_memory() || opening())) return;
    try {
        details& held = more();
        channel* const owner = this;
        set_.memory().change(held.counted, owner,
                             queue_.capacity() + held.early.capacity() +
                                 (stream_ ? stream_->memory_used() : 0));
    } catch (const std::bad_alloc&) {
        return; // counted when there is memory again
    }
    keep_budget(set_.memory());
}

bool raw_connection::give_up_memory() noexcept {
    end_at_once(errc::over_memory_budget);
    extras()->early.clear();
    extras()->counted.leave();
    return true;
}

// --- from the stream

/// Input that arrives after `close` is read and dropped, even while a handler is on the stack.
bool raw_connection::wants_bytes() noexcept {
    if (closing_ || ended_) return true;
    const bool early = extras() && !extras()->early.empty();
    return answer_stream(depth_ == 0 && opened_ && !continues_ && !paused_ && !early);
}

void raw_connection::on_receive(std::span<std::byte> bytes) noexcept {
    input_came(bytes.size());
    if (closing_ || ended_) return;
    enter(*this, [&] { deliver_data(bytes); });
}

void raw_connection::on_eof() noexcept {
    if (!eof_ && !finishing_ && !closing_) outcome_.began = side::peer;
    eof_ = true;
    if (depth_ != 0) return; // the outer `enter` handles it when it returns
    enter(*this, [&] {
        if (closing_ || ended_) return;
        if (!route_->handlers.end || finishing_) return close();
        call(route_->handlers.end, *this);
    });
}

void raw_connection::on_writable() noexcept {
    blocked_ = false;
    write_now();
    if (!blocked_) stream_has_drained();
    share_queue();
    if (depth_ == 0) enter(*this, [] {});
}

void raw_connection::on_open() noexcept {
    alive_at_ = driver().now();
    until_ = never;
    if (depth_ == 0) enter(*this, [] {});
}

/// In a turn nested in a handler of this connection, the outer `enter` reports the error.
void raw_connection::on_error(std::error_code why) noexcept {
    lingers_ = false;
    const bool by_peer = why == condition::protocol_error || why == condition::refused;
    end_with(why, by_peer ? side::peer : side::system);
    try {
        if (outcome_.error == why) outcome_.detail = stream_->error_detail();
    } catch (const std::bad_alloc&) {
        outcome_.detail.clear(); // the report has only the error code
    }
    if (depth_ == 0) enter(*this, [] {});
}

// --- from the driver

void raw_connection::run() noexcept {
    postponed_ = false;
    if (dead_ || depth_ != 0) return; // the outer `enter` does the work when it returns
    enter(*this, [this] { continues_ = false; });
}

/// Writes what the handlers on the stack have sent; reading stops until they return.
void raw_connection::suspend() noexcept {
    suspended_ = true;
    if (dead_) return;
    write_now();
    if (!closing_) suspend_reading();
}

void raw_connection::finish_turn() noexcept {
    if (dead_) return;
    write_now();
    if (depth_ == 0) update();
}

void raw_connection::expire() noexcept {
    if (dead_ || depth_ != 0) return;
    enter(*this, [this] {
        if (connecting_) return pending().handle_deadline();
        check_deadline(driver().now());
    });
}

/// Acts on a deadline only after the input that arrived before it has been read (this program may
/// be late), and after checking how much output the peer has taken (the peer may be slow).
void raw_connection::check_deadline(time_point now) noexcept {
    if (stream_ && now >= next_deadline()) note_pending(now);
    if (now < next_deadline()) {
        looked_ = false;
    } else if (input_comes_first()) {
        postpone();
    } else {
        end_in_time(now);
    }
}

/// Handles a deadline that has passed.
void raw_connection::end_in_time(time_point now) noexcept {
    if (opening()) {
        const phase at = stream_->error_phase().value_or(phase::connect);
        return end_with(pending_connection::timeout_error(at), side::local);
    }
    const bool stalled = output_waits() && now >= stall_deadline();
    const bool slow = now >= output_deadline();
    if (!slow && output_waits()) { // the peer seems to read; check again later
        alive_at_ = now;
        if (closing_) until_ = deadline_after(now, route_->options.close_timeout);
        return;
    }
    lingers_ = false;
    end_with(stalled        ? errc::write_stalled
                 : slow     ? errc::output_too_slow
                 : closing_ ? errc::close_timeout
                            : errc::idle_timeout,
             side::local);
}

/// Returns whether input that has arrived must be handled before the deadline counts.
bool raw_connection::input_comes_first() noexcept {
    return continues_ || input_is_due();
}

// --- events

void raw_connection::end_running(scratch*) noexcept {
    write_now();
    update();
}

void raw_connection::pump() {
    while (!dead_ && !ended_) {
        if (!driver().may_call()) {
            continues_ = true;
            return;
        }
        if (!deliver_next()) return;
    }
}

/// Reports the next event; returns false if there was none.
bool raw_connection::deliver_next() {
    if (end_waits_) {
        report_end();
    } else if (opening()) {
        return false;
    } else if (stream_ && !opened_) {
        opened_ = true;
        std::unique_ptr<pending_connection> done; // destroyed last: may run application code
        if (extras()) done = std::move(extras()->pending);
        set_.opened(*this);
        call(route_->handlers.open, *this);
        if (!dead_) send_held();
    } else if (writable_waits()) {
        writable_due_ = false;
        call(route_->handlers.writable, *this);
        notify_drained();
    } else {
        return deliver_early_data();
    }
    return true;
}

/// Moves the bytes out first: the handler may end the connection.
bool raw_connection::deliver_early_data() {
    if (!opened_ || closing_ || paused_ || queue_pauses()) return false;
    if (!extras() || extras()->early.empty()) return false;
    byte_queue early = std::exchange(extras()->early, {});
    deliver_data(early.bytes());
    return true;
}

void raw_connection::deliver_data(std::span<std::byte> bytes) {
    alive_at_ = driver().now();
    if (!peer_has_sent_) set_.first_byte_arrived(*this);
    peer_has_sent_ = true;
    const std::size_t waiting = queue_.size();
    call(route_->handlers.data, *this, bytes);
    if (!dead_ && blocked_) answers_wait_ |= queue_.size() > waiting;
}

void raw_connection::report_end() noexcept {
    ended_ = true;
    note_facts();
    if (opened_) {
        call(route_->handlers.close, *this, outcome_);
    } else {
        call(route_->handlers.fail, outcome_);
    }
    if (!dead_) end_handles();
}

void raw_connection::run_out_of_memory() noexcept {
    end_with(make_error_code(std::errc::not_enough_memory), side::system);
}

bool raw_connection::end_for_exception(const std::exception_ptr& what) noexcept {
    if (over()) return false;
    const auto& handler = route_->handlers;
    outcome_.exception = what;
    end_with(errc::handler_threw, side::local);
    return opened_ ? bool(handler.close) : bool(handler.fail);
}

// --- after each call of `enter`

void raw_connection::update() noexcept {
    if (dead_) return;
    share_queue();
    if (!end_waits_) half_close_if_done();
    if (eof_ && half_closed_) close();
    if (closing_ && queue_.empty() && !blocked_) end_waits_ = true;
    if (ended_ && (eof_ || !lingers_)) return die();
    const bool early = extras() && !extras()->early.empty() && !paused_ && !queue_pauses();
    if (!ended_ && (continues_ || end_waits_ || writable_waits() || early)) driver().defer(*this);
    update_reading();
    update_timer();
    count_memory();
}

void raw_connection::half_close_if_done() noexcept {
    if (!finishing_ && !(closing_ && lingers_)) return;
    if (!stream_ || half_closed_ || blocked_ || !queue_.empty()) return;
    half_closed_ = true;
    stream_->half_close();
}

void raw_connection::update_reading() noexcept {
    set_reading(closing_ || ended_ ? lingers_ : !paused_ && !queue_pauses(), opened_);
}

time_point raw_connection::stall_deadline() const noexcept {
    return deadline_after(taken_at_, route_->options.write_stall);
}

/// Returns when the peer must have taken some output, or, if that is earlier, as much as the
/// minimum rate requires.
time_point raw_connection::output_deadline() const noexcept {
    return output_waits() ? std::min(stall_deadline(), rate_.due()) : never;
}

time_point raw_connection::next_deadline() const noexcept {
    if (connecting_) return pending().deadline();
    if (opening()) return until_;
    const time_point stall = output_deadline();
    if (waits_ && !over()) return paused_ && !closing_ ? never : stall;
    if (closing_) return std::min(until_, stall);
    const bool reads = stream_ && !over() && !eof_ && !paused_ && !held_back_;
    if (!reads) return never;
    return std::min(stall, deadline_after(alive_at_, route_->options.idle_timeout));
}

} // namespace weft
