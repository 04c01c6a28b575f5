// SPDX-License-Identifier: MIT
// The model: whether a turn would make progress, and what the descriptor must say to that.
#include "simulation/descriptor/world.hpp"

#include <algorithm>

namespace weft::testing {
namespace {

constexpr auto patience = 3s;
constexpr std::size_t turns_that_settle_anything = 100'000;

} // namespace

/// Why a turn would make progress now; empty if it would not, or if that cannot be known.
std::string world::reason_to_turn() const {
    if (more_waiting_) return "the last turn said that more is waiting";
    if (ran < posted) return "a function was posted";
    if (wakes_handled_ < wakes_) return "the loop was woken";
    const auto now = std::chrono::steady_clock::now();
    for (const auto& one : alarms) {
        if (one->due && *one->due <= now) return "a timer is due";
    }
    for (const auto& one : subjects) {
        if (auto why = reason_of(*one); !why.empty()) return why;
    }
    for (const auto& one : dials) {
        if (auto why = reason_of(*one); !why.empty()) return why;
    }
    return {};
}

std::string world::reason_of(const subject& one) const {
    if (one.ended) return {};
    if (!one.at_server) return one.peer->shook_hands() ? "a handshake waits" : "";
    if (one.on_stack != 0) {
        const bool unsent = one.on_stack == 1 && depth == 1 && !one.aborted &&
            one.at_server->buffered_amount() != 0 && one.peer->nothing_to_read();
        return unsent ? "the handler on the stack has sent something" : "";
    }
    if (one.aborted) return "an aborted connection's end waits to be reported";
    if (one.at_server->buffered_amount() != 0 && !one.peer->over() &&
        one.peer->nothing_to_read()) {
        return "output waits for a peer that has read all";
    }
    if (one.at_server->paused()) return {};
    if (one.closing) return one.peer->answered_close() ? "a close frame waits" : "";
    if (one.peer->delivered() > one.received) return "messages wait";
    if (one.peer->over()) return "the peer has ended";
    return {};
}

std::string world::reason_of(const outbound& one) const {
    if (one.ended) return {};
    if (one.aborted) return "an aborted outbound connection's end waits to be reported";
    if (!one.here) return "connecting goes on";
    if (one.here->paused()) return {};
    if (one.server != servers_) return "the outbound server has gone";
    if (one.sent > one.echoed) return "an echo waits";
    return {};
}

void world::failed(const std::string& why) {
    if (failure_.empty()) failure_ = why;
}

// --- turns

turn_result world::turn(budget limit) {
    host_.turn_begins();
    more_waiting_ = false;
    const std::size_t wakes_before = wakes_;
    ++depth;
    const auto result = loop.run_ready(limit);
    --depth;
    for (const auto& one : alarms) {
        if (one->ring && !one->ring->armed()) one->due.reset();
    }
    if (wakes_handled_ < wakes_before) failed("no interrupt handler was called for the wake-up");
    more_waiting_ = result.more_waiting;
    check_idle_turn(result);
    return result;
}

/// After a turn that did nothing the descriptor is quiet until something happens. The kernel may
/// make something happen late, so once proves nothing.
void world::check_idle_turn(turn_result last) {
    for (int wasted = 0; !last.did_something && !last.more_waiting; ++wasted) {
        if (!host_.readable()) return;
        if (wasted == 5) return failed("turns do nothing and the descriptor stays readable");
        host_.turn_begins();
        ++depth;
        last = loop.run_ready({});
        --depth;
        more_waiting_ = last.more_waiting;
    }
}

void world::run_host(std::size_t turns_max) {
    check();
    while (turns_max-- != 0 && failure_.empty() && host_.readable()) {
        turn(any_budget());
        check();
    }
}

void world::check() {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (failure_.empty()) {
        const auto why = reason_to_turn();
        if (why.empty() || host_.readable(50ms)) return;
        if (std::chrono::steady_clock::now() > end) failed("not readable, but " + why);
    }
}

// --- settling

std::string world::unsettled() const {
    if (auto why = reason_to_turn(); !why.empty()) return why;
    for (const auto& one : subjects) {
        if (one->open() && !one->peer->over() && one->peer->received() < one->sent) {
            return "the peer has not got all messages";
        }
        if (!one->ended && !one->at_server->paused() && one->peer->queued() &&
            !one->peer->over()) {
            return "the server does not read";
        }
    }
    return {};
}

void world::settle() {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (std::size_t turns = 0; failure_.empty();) {
        for (const auto& one : subjects) {
            one->peer->flush();
            one->peer->read();
        }
        if (host_.readable()) {
            turn(any_budget());
            if (++turns > turns_that_settle_anything) failed("it never becomes quiet");
            continue;
        }
        const auto why = unsettled();
        if (why.empty()) break;
        if (!host_.readable(20ms) && std::chrono::steady_clock::now() > end) {
            failed("all is quiet, but " + why);
        }
    }
    turn({});
    forget_ended();
}

void world::forget_ended() {
    std::erase_if(subjects, [](const auto& one) { return one->ended; });
    std::erase_if(dials, [](const auto& one) { return one->ended; });
}

void world::check_quiet_pause(subject& paused) {
    int wake_ups = 0;
    constexpr int tries = 4;
    for (int i = 0; i < tries && failure_.empty(); ++i) {
        settle();
        if (paused.ended || paused.peer->over() || !paused.at_server->paused()) return;
        paused.peer->queue("nnn");
        paused.peer->flush();
        const auto next = loop.next_timeout();
        const bool soon = next && *next < 10ms;
        if (host_.readable() && !soon && reason_to_turn().empty()) ++wake_ups;
    }
    if (wake_ups == tries) failed("bytes for a paused connection wake the host");
}

} // namespace weft::testing
