// SPDX-License-Identifier: MIT
// Deadlines in the model: none passes in vain, and none is reported before it has passed.
#include <algorithm>
#include <utility>

#include <weft/core/error.hpp>

#include "simulation/conversations/world.hpp"

namespace weft::simulation {
namespace {

bool passed(time_point since, duration timeout, time_point now) {
    return now >= deadline_after(since, timeout);
}

} // namespace

time_point party::last_input() const {
    const auto* const link = around.link_of(*this);
    return std::max({opened_at_, resumed_at_, link ? link->last_received() : time_point{}});
}

/// When bytes of this end were last delivered to the other.
time_point party::last_taken() const {
    const auto* const link = around.link_of(*this);
    return link && link->other() ? link->other()->last_received() : time_point{};
}

/// When the last of this one's output left. It may be later than the turn that wrote it.
time_point party::last_sent() const {
    const auto* const link = around.link_of(*this);
    return link ? link->last_sent() : time_point{};
}

/// When output that had waited left, which is a sign of life also where no check has seen it wait.
time_point party::last_went_on() const {
    const auto* const link = around.link_of(*this);
    return link ? link->last_went_on() : time_point{};
}

/// When the connection has last seen that much is under way, or has gone on. That may have come and
/// gone within one turn, where no check sees it.
time_point party::last_under_way() const {
    const auto* const link = around.link_of(*this);
    return link ? link->last_under_way() : time_point{};
}

/// Output that waits, or of which much is under way, puts off every other deadline; but one that
/// nobody takes is the end. What is under way is only looked at now and then, so that only what
/// waits here must have ended by a certain time.
void party::look_at_output(time_point now) {
    constexpr std::size_t much = 4096;
    const auto* const link = around.link_of(*this);
    const bool refused = here->buffered_amount() != 0;
    const std::size_t before = std::exchange(under_way_, link ? link->in_flight() : 0);
    const bool waits = refused || under_way_ >= much;
    waited_at_ = std::max({waited_at_, waits && !here->paused() ? now : last_went_on(),
                           last_under_way()});
    if (!refused || here->paused()) {
        waits_since_ = never;
        return;
    }
    waits_since_ =
        waits_since_ == never ? now : std::max({waits_since_, last_taken(), last_sent()});
    if (!attached && role == weft::role::client) return;
    // It took some before it left, and when is not known any more.
    if (link && !link->other() && under_way_ < before) waits_since_ = now;
    expect(!passed(waits_since_, 2 * at->connection.timeouts.write_stall, now),
           "output waits for too long");
}

/// A ping that was due when all was settled has been sent by then, and from then on it counts.
void party::check_open_deadlines(time_point now) {
    const auto& timeouts = at->connection.timeouts;
    const auto last = std::max(last_input(), waited_at_);
    expect(!passed(last, timeouts.idle, now), "idle for too long");
    if (pinged_ <= last) pinged_ = never;
    if (pinged_ == never && passed(last, timeouts.ping_interval, now)) pinged_ = now;
    if (pinged_ == never) return;
    expect(!passed(pinged_, timeouts.pong, now), "no pong for too long");
}

void party::check_deadlines() {
    if (!here || over()) return;
    const auto& timeouts = at->connection.timeouts;
    const auto now = around.now(*at);
    look_at_output(now);
    const auto left = std::max(waited_at_, last_sent()); // the request, or the close frame
    switch (here->state()) {
    case session_state::connecting:
        if (attached) {
            expect(!passed(std::max(*attached, left), timeouts.handshake, now),
                   "a handshake for too long");
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
        expect(closing_ && !passed(std::max(*closing_, left), timeouts.close, now),
               "closing for too long");
        break;
    case session_state::closed: expect(false, "closed, but the error was not reported"); break;
    }
}

/// A timeout that is reported has passed.
void party::check_reason(const report& why) const {
    if (why.error != condition::timeout) return;
    const auto& timeouts = at->connection.timeouts;
    const auto now = around.now(*at);
    const bool reads = why.error == errc::idle_timeout || why.error == errc::pong_timeout ||
                       why.error == errc::write_stalled;
    expect(!reads || !paused_, "a timeout for the peer's silence in a pause");
    // It may have opened later, and even a while before that was reported.
    const auto* const link = around.link_of(*this);
    const auto last = link ? link->last_received() : time_point{};
    if (why.error == errc::connect_timeout) {
        expect(passed(begun, at->connect_timeout, now), "a connect timeout too early");
    } else if (why.error == errc::handshake_timeout) {
        expect(passed(attached.value_or(begun), timeouts.handshake, now),
               "a handshake timeout too early");
    } else if (why.error == errc::close_timeout) {
        expect(closing_ && passed(*closing_, timeouts.close, now), "a close timeout too early");
    } else if (why.error == errc::write_stalled) {
        expect(passed(last_taken(), timeouts.write_stall, now), "a stall too early");
    } else if (why.error == errc::idle_timeout && !ever_paused_) {
        expect(passed(last, timeouts.idle, now), "an idle timeout too early");
    } else if (why.error == errc::pong_timeout && !ever_paused_) {
        expect(passed(last, timeouts.pong, now), "a pong timeout too early");
    }
}

} // namespace weft::simulation
