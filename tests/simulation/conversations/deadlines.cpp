// SPDX-License-Identifier: MIT
// Deadlines in the model: none passes in vain, and none is told before it has passed.
#include <algorithm>

#include <weft/core/error.hpp>

#include "simulation/conversations/world.hpp"

namespace weft::simulation {
namespace {

bool passed(time_point since, duration timeout, time_point now) {
    return now >= deadline_after(since, timeout);
}

} // namespace

time_point party::last_heard() const {
    const auto* const link = around.link_of(*this);
    return std::max({opened_at_, resumed_at_, link ? link->last_received() : time_point{}});
}

/// A ping that was due when all was settled has been sent by then, and from then on it counts.
void party::check_open_deadlines(time_point now) {
    const auto& timeouts = at->connection.timeouts;
    const auto heard = last_heard();
    expect(!passed(heard, timeouts.idle, now), "idle for too long");
    if (pinged_ <= heard) pinged_ = never;
    if (pinged_ == never && passed(heard, timeouts.ping_interval, now)) pinged_ = now;
    if (pinged_ == never) return;
    expect(!passed(pinged_, timeouts.pong, now), "no pong for too long");
}

void party::check_deadlines() {
    if (!here || over()) return;
    const auto& timeouts = at->connection.timeouts;
    const auto now = around.now(*at);
    switch (here->state()) {
    case session_state::connecting:
        if (attached) {
            expect(!passed(*attached, timeouts.handshake, now), "a handshake for too long");
        } else {
            expect(!passed(begun, at->connect_timeout, now), "connecting for too long");
        }
        break;
    case session_state::open:
        if (here->paused()) {
            resumed_at_ = now;
        } else {
            check_open_deadlines(now);
        }
        break;
    case session_state::closing:
        expect(closing_ && !passed(*closing_, timeouts.close, now), "closing for too long");
        break;
    case session_state::closed: expect(false, "closed, but nobody was told"); break;
    }
}

/// A timeout that is told has passed.
void party::check_reason(const report& why) const {
    if (why.error != condition::timeout) return;
    const auto& timeouts = at->connection.timeouts;
    const auto now = around.now(*at);
    const bool reads = why.error == errc::idle_timeout || why.error == errc::pong_timeout;
    expect(!reads || !paused_, "a timeout for the peer's silence in a pause");
    // It may have opened later, and even a while before that was told.
    const auto* const link = around.link_of(*this);
    const auto heard = link ? link->last_received() : time_point{};
    if (why.error == errc::connect_timeout) {
        expect(passed(begun, at->connect_timeout, now), "a connect timeout too early");
    } else if (why.error == errc::handshake_timeout) {
        expect(passed(attached.value_or(begun), timeouts.handshake, now),
               "a handshake timeout too early");
    } else if (why.error == errc::close_timeout) {
        expect(closing_ && passed(*closing_, timeouts.close, now), "a close timeout too early");
    } else if (why.error == errc::idle_timeout && !ever_paused_) {
        expect(passed(heard, timeouts.idle, now), "an idle timeout too early");
    } else if (why.error == errc::pong_timeout && !ever_paused_) {
        expect(passed(heard, timeouts.pong, now), "a pong timeout too early");
    }
}

} // namespace weft::simulation
