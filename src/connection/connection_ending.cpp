// SPDX-License-Identifier: MIT
// How a connection ends, for whatever reason, and how its end is reported.
#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/core/error.hpp>

#include "connection/connection_details.hpp"
#include "connection/connection_set.hpp"

namespace weft {

void connection::abort() noexcept {
    driver().require_owner("connection::abort");
    end_at_once(errc::aborted);
}

void connection::end_at_once(std::error_code why) noexcept {
    if (dead_ || ended_) return;
    if (connecting_) return pending().abandon(why);
    forget_run();
    session_.abort(why, side::local, opened_ ? phase::websocket : phase::http, driver().now());
    if (stream_) stream_->close();
    driver().defer(*this);
}

/// Ends with a closing handshake where possible, otherwise with an HTTP response if one can be
/// sent.
void connection::end_for_shutdown(std::error_code why) noexcept {
    leave_run();
    const auto now = driver().now();
    switch (state()) {
    case session_state::open:
        session_.close(close_code_for(why), close_reason_for(why), now);
        break;
    case session_state::connecting:
        if (role() == role::client) return end_at_once(why);
        session_.fail(why, now);
        break;
    case session_state::closing: return;
    case session_state::closed: session_.end_keep_alive(); break;
    }
    driver().defer(*this);
}

void connection::end_for_full_queue() noexcept {
    if (connecting_) return end_at_once(errc::queue_full);
    leave_run();
    session_.fail(errc::queue_full, driver().now());
    driver().defer(*this);
}

/// Ends only this connection; the peer is informed where that needs no memory.
void connection::run_out_of_memory() noexcept {
    if (dead_) return;
    leave_run(); // may be called outside of `enter`
    session_.fail(make_error_code(std::errc::not_enough_memory), driver().now());
}

/// Ends this connection because it holds the most memory. Returns false if its memory is freed only
/// later, because one of its handlers is on the stack. The peer receives a close frame or a
/// response, unless output is queued for it.
bool connection::give_up_memory() noexcept {
    if (connecting_) {
        pending().abandon(errc::over_memory_budget);
        session_.forget_account();
        return true;
    }
    leave_run();
    const auto now = driver().now();
    if (session_.output_size() != 0 || session_.output_ends()) {
        session_.abort(errc::over_memory_budget, side::local,
                       opened_ ? phase::websocket : phase::http, now);
        if (stream_) stream_->close();
    } else {
        session_.fail(errc::over_memory_budget, now);
    }
    driver().defer(*this);
    const bool at_once = depth_ == 0 && !session_.borrowing();
    if (at_once) session_.drop_input();
    session_.forget_account(); // counted again when its end has been reported
    return at_once;
}

bool connection::end_for_exception(const std::exception_ptr& what) noexcept {
    if (!dead_) {
        leave_run(); // a coroutine may have thrown, outside of `enter`
        session_.fail(what, driver().now());
    }
    const auto& handler = route_->handlers;
    return !dead_ && !ended_ && (opened_ ? bool(handler.close) : bool(handler.fail));
}

// --- after a time

void connection::limit_lifetime() {
    const duration most = route_->options.lifetime_max;
    const double share = std::clamp(route_->options.lifetime_jitter, 0.0, 1.0);
    const duration jitter = fraction_of(most, share);
    limit_lifetime(later(driver().now(), most - random_delay(driver().random(), jitter)),
                   close_code::going_away, "maximum lifetime");
}

/// Has no effect if the connection ends earlier already.
void connection::limit_lifetime(time_point deadline, close_code code, std::string reason) {
    auto& present = more().lifetime;
    if (present && present->armed() && driver().deadline(*present) <= deadline) return;
    auto next = std::make_unique<scheduled_close>(*this, code, std::move(reason));
    driver().arm(*next, deadline);
    present = std::move(next);
}

// --- the report

void connection::report_end() {
    if (std::exchange(ended_, true)) return;
    drop_sources();
    if (dead_) return;
    note_facts();
    if (opened_) {
        const report& why = outcome(); // outlives a handler that destroys the endpoint
        route_->set->count_closed(why);
        log_end(why);
        if (dead_) return; // as in `dispatch_watched`
        call(route_->handlers.close, *this, why);
    } else {
        report_failure();
    }
    if (!dead_) end_handles();
}

/// Reports the failure, unless the client follows a redirect; then a new connection takes over the
/// handlers.
void connection::report_failure() {
    end_trace(&outcome());
    const auto went_on = follow_redirect();
    if (went_on && *went_on) return;
    report why = outcome();
    if (!went_on) why.error = went_on.error();
    route_->set->count_failed(why);
    log_end(why);
    if (dead_) return; // as in `dispatch_watched`
    // A client's connection without its own `fail` handler uses the endpoint's.
    auto& own = route_->handlers.fail;
    const bool is_own = own || role() == weft::role::server;
    call(is_own ? own : route_->set->unrouted().handlers.fail, why);
}

/// Adds facts to the report; without memory for them the report omits them.
void connection::note_facts() noexcept {
    try {
        auto facts = take_facts(remote_address());
        if (!opened_ && response()) {
            facts->response = *response();
            facts->response_body = session_.refusal_body();
        }
        session_.complete_outcome(std::move(facts), driver().now());
    } catch (const std::bad_alloc&) {
        session_.complete_outcome(nullptr, driver().now());
    }
}

void connection::leave() noexcept {
    forget_run();
    drop_source();
    session_.forget_account();
    route_->set->remove(*this);
}

} // namespace weft
