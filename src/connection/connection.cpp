// SPDX-License-Identifier: MIT
// A WebSocket connection at work: passes input from the stream and the driver to the session, and
// events of the session to the handlers.
#include <weft/connection/connection.hpp>

#include <new>
#include <utility>

#include "connection/connection_details.hpp"
#include "connection/connection_set.hpp"
#include "core/short_messages.hpp"

namespace weft {
namespace {

bool may_be_answered(const event& what) noexcept {
    return what.type == event_type::message || what.type == event_type::part ||
        what.type == event_type::ping;
}

} // namespace

connection::connection(route& by, time_point now, std::unique_ptr<details> outbound)
    : channel(by.set->driver(), std::move(outbound)), route_(&by), session_(by.session, now) {
    if (connecting_) static_cast<void>(handle()); // nothing after this can fail
    driver().work_started();
    if (connecting_) update_timer();
}

connection::~connection() {
    forget_run();
}

connection::details& connection::more() {
    return static_cast<details&>(some_extra());
}

std::unique_ptr<channel::extra> connection::make_extra() const {
    return std::make_unique<details>();
}

// --- the memory budget

/// Called only if the session owns memory or output is blocked, so not for small messages of a peer
/// that reads.
void connection::count_memory() noexcept {
    memory_account& account = route_->set->memory();
    channel* const owner = this;
    std::size_t beside = stream_ ? stream_->memory_used() : 0;
    if (extra_) beside += extras()->held_size;
    if (has_source()) beside += extras()->source->source.memory_used();
    session_.count_memory(account, owner, beside);
    keep_budget(account);
}

// --- what other code has read

void connection::receive_early(std::span<const std::byte> bytes) noexcept {
    if (bytes.empty()) return;
    session_.receive_early(bytes, driver().now());
    driver().defer(*this);
}

result<void> connection::receive_request(http_request request) noexcept {
    driver().defer(*this);
    try {
        return session_.receive_request(std::move(request), driver().now());
    } catch (const std::bad_alloc&) {
        return failure(std::make_error_code(std::errc::not_enough_memory));
    }
}

// --- from the stream

bool connection::wants_bytes() noexcept {
    return answer_stream(depth_ == 0 && !continues_ && session_.wants_input());
}

std::span<std::byte> connection::input_room() noexcept {
    return session_.input_room();
}

void connection::on_receive(std::span<std::byte> bytes) noexcept {
    input_came(bytes.size());
    enter(*this, [&] { session_.receive(bytes, driver().now()); });
}

void connection::on_eof() noexcept {
    enter(*this, [&] { session_.receive_eof(driver().now()); });
}

/// In a turn nested in a handler of this connection, the outer `enter` reports the error.
void connection::on_error(std::error_code why) noexcept {
    if (depth_ != 0) return receive_error(why);
    enter(*this, [&] { receive_error(why); });
}

void connection::receive_error(std::error_code why) noexcept {
    if (connecting_) return pending().fail(pending().current_phase(), why);
    if (const auto at = stream_->error_phase()) return end_unopened(*at, why);
    session_.receive_error(why, driver().now());
}

void connection::on_writable() noexcept {
    blocked_ = false;
    if (depth_ != 0) return drain(); // as in `on_error`
    enter(*this, [&] {
        drain();
        continue_sending();
    });
}

// --- from the driver

void connection::run() noexcept {
    postponed_ = false;
    if (dead_ || depth_ != 0) return; // the outer `enter` does the work when it returns
    enter(*this, [&] {
        continues_ = false;
        continue_sending();
    });
}

void connection::finish_turn() noexcept {
    if (dead_) return;
    if (in_run_) write_run();
    write_now();
    if (depth_ == 0) update();
}

/// Writes what the handlers on the stack have sent; reading stops until they return.
void connection::suspend() noexcept {
    suspended_ = true;
    if (dead_) return;
    write_now();
    session_.settle_output();
    suspend_reading();
}

void connection::expire() noexcept {
    if (dead_ || depth_ != 0) return;
    enter(*this, [&] {
        if (connecting_) return pending().handle_deadline();
        check_deadline();
    });
}

/// Acts on a deadline only after the input that arrived before it has been read (this program may
/// be late), and after checking how much output the peer has taken (the peer may be slow).
void connection::check_deadline() noexcept {
    const auto now = driver().now();
    const auto due = [&] { return now >= session_.next_deadline(); };
    if (due() && stream_) session_.note_pending(stream_->output_pending(), now);
    if (!due()) {
        looked_ = false;
    } else if (input_comes_first()) {
        postpone();
    } else if (const auto at = stream_ ? stream_->error_phase() : std::nullopt) {
        end_unopened(*at, pending_connection::timeout_error(*at));
    } else {
        session_.handle_deadline(now);
    }
}

bool connection::input_comes_first() noexcept {
    return continues_ || (session_.wants_input() && input_is_due());
}

// --- events

/// Lends the session scratch memory while handlers may run.
scratch* connection::begin_running() noexcept {
    scratch* const lent = driver().take_scratch();
    if (lent) session_.borrow(*lent);
    leave_run();
    return lent;
}

void connection::end_running(scratch* lent) noexcept {
    write_now();
    session_.settle();
    driver().give_back(lent);
    update();
}

/// Reports events until none is left, the turn's budget is used up, or the peer must read first.
void connection::pump() {
    weft::driver& by = driver();
    while (!dead_ && !queue_pauses()) {
        if (!by.may_call()) {
            continues_ = true;
            return;
        }
        const std::size_t waiting = blocked_ ? session_.output_size() : 0;
        event what;
        if (!short_messages::receive(session_, what, by.now())) [[unlikely]] {
            what = session_.next_event(by.now());
        }
        if (what.type == event_type::none) return;
        dispatch(what);
        if (blocked_ && !dead_ && may_be_answered(what)) {
            answers_wait_ |= session_.output_size() > waiting;
        }
        if (by.posts_are_behind()) {
            continues_ = true;
            return;
        }
    }
}

void connection::dispatch(const event& what) {
    if (unauthenticated_ || watched_) return dispatch_watched(what);
    handle_event(what);
}

/// Handles the events of a connection that is traced, logged or not authenticated.
void connection::dispatch_watched(const event& what) {
    if (unauthenticated_ && !may_report(what)) return;
    log_event(what);
    if (dead_) return; // `on_error` has destroyed the endpoint, as the log has thrown
    const bool is_message = what.type == event_type::message || what.type == event_type::part;
    const auto tracer = route_->set->tracer(); // outlives a handler that destroys the endpoint
    if (!traced_ || !is_message || !tracer) return handle_event(what);
    tracer->message_began(*this, what.payload.size());
    handle_event(what);
    tracer->message_ended(*this);
}

void connection::trace_handshake() noexcept {
    const auto& tracer = route_->set->tracer();
    traced_ = tracer != nullptr;
    watched_ = traced_ || driver().logs(log_level::debug);
    if (traced_) tracer->handshake_began(*this);
}

void connection::end_trace(const report* failure) noexcept {
    const auto& tracer = route_->set->tracer();
    if (traced_ && tracer) tracer->handshake_ended(*this, failure);
}

void connection::handle_event(const event& what) {
    auto& handler = route_->handlers;
    if (what.type == event_type::message) [[likely]] {
        return call(handler.message, *this, weft::message(what.payload, what.is_text));
    }
    switch (what.type) {
    case event_type::part:
        call(handler.part, *this,
             message_part(what.payload, what.is_text, what.is_first, what.is_last));
        break;
    case event_type::ping: call(handler.ping, *this, what.payload); break;
    case event_type::pong: call(handler.pong, *this, what.payload); break;
    case event_type::request: handle_request(); break;
    case event_type::http: handle_plain_request(); break;
    case event_type::body: handle_body(what.payload); break;
    case event_type::opened: report_open(); break;
    case event_type::closed:
    case event_type::failed: report_end(); break;
    case event_type::message:
    case event_type::none: break;
    }
}

void connection::call_writable() {
    if (!writable_waits()) return;
    writable_due_ = false;
    call(route_->handlers.writable, *this);
    notify_drained();
}

void connection::report_open() {
    if (const auto agreed = session_.subprotocol(); !agreed.empty()) more().subprotocol = agreed;
    opened_ = true;
    std::unique_ptr<pending_connection> done; // destroyed at the end: may run application code
    if (extras()) done = std::move(extras()->pending);
    end_trace(nullptr);
    route_->set->opened(*this);
    log_opened();
    if (dead_) return; // as in `dispatch_watched`
    if (route_->options.lifetime_max > duration::zero()) limit_lifetime();
    if (route_->set->draining()) route_->set->close_at_end_of_drain(*this);
    if (route_->options.authenticate_within > duration::zero()) await_authentication();
    call(route_->handlers.open, *this);
    if (!dead_) send_what_was_held();
    if (!dead_ && !route_->options.keep_handshake) session_.forget_handshake();
}

// --- after each call of `enter`

void connection::update() noexcept {
    if (dead_) return;
    if (session_.keeps_alive()) begin_next_request();
    if (dead_) return;
    share_queue();
    const bool all_reported = ended_ || !session_.end_waits();
    if (session_.finished() && all_reported) return die();
    const bool output_continues = writable_waits() || source_may_continue();
    if (continues_ || !all_reported || output_continues) driver().defer(*this);
    half_close_if_done();
    update_reading();
    update_timer();
    if (session_.owns_memory()) count_memory();
}

/// The server ends its side first, so that the client, and not the server, enters TIME_WAIT. RFC
/// 6455 §7.1.1.
void connection::half_close_if_done() noexcept {
    if (!stream_ || half_closed_ || !session_.output_ends() || session_.output_size() != 0) return;
    if (role() == role::client && outcome().sent) return;
    half_closed_ = true;
    stream_->half_close();
}

void connection::update_reading() noexcept {
    if (!stream_) return;
    const bool held = queue_pauses();
    if (held != session_.input_held()) session_.hold_input(held, driver().now());
    set_reading(session_.wants_input() && !held);
}

void connection::update_timer() noexcept {
    move_timer(connecting_ ? pending().deadline() : session_.next_deadline());
}

} // namespace weft
