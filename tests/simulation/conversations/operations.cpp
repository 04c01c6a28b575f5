// SPDX-License-Identifier: MIT
// The operations, each a few lines on the public interface.
#include "simulation/conversations/operations.hpp"

#include <array>

#include "simulation/conversations/world.hpp"

namespace weft::simulation {
namespace {

// --- sending

void send(world& here) {
    if (party* const one = here.any_open()) one->send(here.any_stretch());
}

void send_many(world& here) {
    party* const one = here.any_open();
    for (auto left = here.chance.below(20); one && left != 0 && one->open(); --left) {
        one->send(here.any_stretch());
    }
}

void send_part(world& here) {
    party* const one = here.any_open();
    if (one) one->send_part(here.any_stretch(), here.chance.one_in(3));
}

void send_in_parts(world& here) {
    party* const one = here.any_open();
    for (auto left = here.chance.below(6); one && left != 0 && one->open(); --left) {
        one->send_part(here.any_stretch(), left == 1);
    }
}

void broadcast(world& here) {
    endpoint* const at = here.any_endpoint(here.chance.one_in(2));
    if (!at) return;
    const stretch what = here.any_stretch();
    at->here->for_each([what](connection& c) {
        party* const one = world::party_of(c);
        if (one && one->open()) one->send(what);
    });
}

void ping(world& here) {
    if (party* const one = here.any_open()) one->ping();
}

void pong(world& here) {
    if (party* const one = here.any_open()) one->pong();
}

// --- ending

void close(world& here) {
    party* const one = here.any_open();
    if (!one) return;
    const bool plain = here.chance.one_in(2);
    one->close(plain ? close_code::normal : close_code::going_away, plain ? "" : "that was all");
}

void abort(world& here) {
    if (party* const one = here.any_open()) one->abort();
}

void give_up_a_dial(world& here) {
    for (party& one : here.parties) {
        if (one.role != role::client || !one.here || one.opened() || one.over()) continue;
        return one.abort();
    }
}

void shut_down_an_endpoint(world& here) {
    if (endpoint* const at = here.any_endpoint(here.chance.one_in(2))) {
        at->shut_down(here.chance.between(duration{}, here.patience()));
    }
}

void shut_down_a_loop(world& here) {
    here.shut_down_loop(here.any_loop());
}

void stop_an_endpoint(world& here) {
    if (endpoint* const at = here.any_endpoint(here.chance.one_in(2))) at->stop();
}

void replace_an_endpoint(world& here) {
    if (endpoint* const at = here.any_endpoint(here.chance.one_in(2))) here.replace(*at);
}

// --- reading

void pause(world& here) {
    if (party* const one = here.any_open()) one->pause();
}

void resume(world& here) {
    if (party* const one = here.any_open()) one->resume();
}

void resume_all(world& here) {
    for (party& one : here.parties) {
        if (one.open()) one.resume();
    }
}

// --- by a handle, and answers that come late

party* any_party(world& here) {
    if (here.parties.empty()) return nullptr;
    return &here.parties[here.chance.below(here.parties.size())];
}

void act_by_handle(world& here) {
    party* const one = any_party(here);
    if (!one) return;
    const stretch what = here.any_stretch();
    switch (here.chance.below(6)) {
    case 0:
        one->handle.with([one](connection&) {
            if (one->here) one->close(close_code::normal, {});
        });
        break;
    case 1:
        one->handle.with([one](connection&) {
            if (one->here) one->abort();
        });
        break;
    default:
        one->handle.with([one, what](connection& c) {
            if (one->opened()) one->check_is(c);
            if (one->here == &c && one->open()) one->send(what);
        });
    }
}

void answer_late(world& here) {
    for (party& one : here.parties) {
        if (!std::exchange(one.deferred, false)) continue;
        const bool refused = here.chance.one_in(4);
        if (refused) one.closes_now(false);
        one.handle.with(
            [refused](connection& c) { static_cast<void>(refused ? c.reject(503) : c.accept()); });
    }
}

// --- loops

void post(world& here) {
    here.any_loop().post([&here] { here.in_handler("posted", nullptr); });
}

void arm(world& here) {
    auto& ring = *here.timers[here.chance.below(here.timers.size())];
    ring.arm_after(here.chance.between(duration{}, here.patience()));
}

void wake(world& here) {
    here.any_loop().wake();
}

void turn(world& here) {
    if (here.depth < 3) here.turn(here.any_loop());
}

void pass_time(world& here) {
    here.clock.advance(here.chance.between(duration{}, here.patience() / 8));
}

// --- connections and what happens to them

void connect(world& here) {
    here.connect();
}
void be_visited(world& here) {
    here.visit_by_stranger();
}

void reset(world& here) {
    if (auto* const one = here.any_link()) one->reset();
}

void cut(world& here) {
    auto* const one = here.any_link();
    if (!one) return;
    one->cut();
    if (one->other() && here.chance.one_in(2)) one->other()->cut();
}

void fail_a_write(world& here) {
    auto* const one = here.any_link();
    if (one) one->fail_next_write(std::make_error_code(std::errc::timed_out));
}

void change_a_line(world& here) {
    if (auto* const one = here.any_link()) one->change(here.any_line());
}

void change_the_network(world& here) {
    here.set_network();
}

constexpr std::array weighted_operations{
    operation{"send", 60, send},
    operation{"send many", 8, send_many},
    operation{"send a part", 14, send_part},
    operation{"send in parts", 6, send_in_parts},
    operation{"broadcast", 6, broadcast},
    operation{"ping", 14, ping},
    operation{"pong", 6, pong},
    operation{"close", 5, close},
    operation{"abort", 2, abort},
    operation{"give up a dial", 2, give_up_a_dial},
    operation{"shut an endpoint down", 2, shut_down_an_endpoint},
    operation{"shut a loop down", 1, shut_down_a_loop},
    operation{"stop an endpoint", 1, stop_an_endpoint},
    operation{"replace an endpoint", 2, replace_an_endpoint},
    operation{"pause", 10, pause},
    operation{"resume", 10, resume},
    operation{"resume all", 4, resume_all},
    operation{"act by handle", 8, act_by_handle},
    operation{"answer late", 8, answer_late},
    operation{"post", 6, post},
    operation{"arm", 6, arm},
    operation{"wake", 2, wake},
    operation{"turn", 10, turn},
    operation{"pass time", 4, pass_time},
    operation{"connect", 16, connect},
    operation{"be visited", 3, be_visited},
    operation{"reset", 2, reset},
    operation{"cut", 1, cut},
    operation{"fail a write", 2, fail_a_write},
    operation{"change a line", 3, change_a_line},
    operation{"change the network", 2, change_the_network},
};

} // namespace

std::span<const operation> operations() {
    return weighted_operations;
}

} // namespace weft::simulation
