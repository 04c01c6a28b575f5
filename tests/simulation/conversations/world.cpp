// SPDX-License-Identifier: MIT
// How a run goes: steps of chance, then calm, then the end; and who is there to act.
#include "simulation/conversations/world.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "simulation/conversations/operations.hpp"
#include "simulation/conversations/stranger.hpp"

namespace weft::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t steps_max = 400;
constexpr std::size_t parties_max = 16;
constexpr std::size_t depth_max = 3;
constexpr std::size_t trace_max = 400;

const operation& any_operation(testing::dice& chance) {
    static const auto total =
        std::accumulate(operations().begin(), operations().end(), std::size_t{0},
                        [](std::size_t sum, const operation& one) { return sum + one.weight; });
    auto left = chance.below(total);
    const operation* chosen = operations().data();
    while (left >= chosen->weight)
        left -= chosen++->weight;
    return *chosen;
}

} // namespace

world::world(std::uint64_t seed, tally& all, bool traces)
    : sum(all), chance(seed), net(seed + 1), traces_(traces) {
    ++sum.runs;
    draw_character();
    set_network();
    for (auto left = chance.between(1, 2); left != 0; --left) {
        loops.push_back(std::make_unique<event_loop>(loop_options{
            .engine = engine_kind::virtual_time, .clock = &clock, .random = &net.chance()}));
        loops.back()->on_error([this](std::exception_ptr) { ++caught_; });
        states_.push_back(loops.back()->state());
    }
    for (auto left = chance.between(1, 2); left != 0; --left) {
        endpoints.emplace_back(*this, any_loop(), "s" + std::to_string(left));
    }
    for (auto left = chance.between(1, 2); left != 0; --left) {
        endpoints.emplace_back(*this, any_loop(), "");
    }
    for (int i = 0; i < 3; ++i) {
        timers.push_back(
            std::make_unique<timer>(any_loop(), [this] { in_handler("timer", nullptr); }));
    }
}

world::~world() {
    active_ = false;
    drop_all();
}

void world::fail(const std::string& what) {
    if (!failure_.empty()) return;
    failure_ = what;
    active_ = false;
    for (const auto& one : trace_)
        failure_ += "\n  " + one;
}

void world::note(std::string_view what) {
    if (!traces_) return;
    const auto at =
        std::chrono::duration_cast<std::chrono::microseconds>(clock.now().time_since_epoch());
    trace_.push_back(std::to_string(at.count()) +
                     std::string(1 + 2 * static_cast<std::size_t>(depth), ' ') + std::string(what));
    if (trace_.size() > trace_max) trace_.pop_front();
}

// --- a run

void world::run() {
    connect();
    const auto steps = chance.between(20, steps_max);
    for (std::size_t i = 0; i < steps && failure_.empty(); ++i)
        step();
    active_ = false;
    if (failure_.empty()) calm_down();
    if (failure_.empty()) end();
}

void world::step() {
    const auto drawn = chance.below(100);
    if (drawn < 40) {
        turn(any_loop());
    } else if (drawn < 80) {
        act();
    } else if (drawn < 90) {
        settle();
        check_settled();
    } else {
        pass(chance.between(duration{}, chance.one_in(4) ? patience_ : latency_max_));
    }
}

void world::act() {
    if (operations_left_ == 0) return;
    --operations_left_;
    ++sum.operations;
    const operation& chosen = any_operation(chance);
    note(chosen.name);
    chosen.perform(*this);
}

/// A handler does a few things, or throws.
void world::in_handler(const char* what, party* who) {
    ++sum.handlers;
    if (!who) note(what);
    if (!active_ || depth >= static_cast<int>(depth_max)) return;
    const running here(depth);
    party* const outer = std::exchange(acting, who);
    while (active_ && chance.one_in(acts_in_handlers_))
        act();
    acting = outer;
    if (!active_ || !chance.one_in(100)) return;
    note("throws");
    if (who) who->closes_now(false);
    ++thrown;
    throw std::runtime_error(what);
}

void world::turn(event_loop& which) {
    ++sum.turns;
    note("turn");
    switch (chance.below(4)) {
    case 0: which.poll_one(); break;
    case 1: which.run_ready({}); break;
    default: which.run_ready({chance.between(1, 20), duration::max()});
    }
}

void world::settle() {
    note("settle");
    for (int rounds = 0;; ++rounds) {
        bool did = false;
        for (const auto& one : loops) {
            const auto made = one->run_ready({});
            did |= made.did_something || made.more_waiting;
            ++sum.turns;
        }
        if (!did) return;
        if (rounds > 100'000) return fail("it never settles");
    }
}

void world::pass(duration time) {
    const time_point until = clock.now() + time;
    while (failure_.empty()) {
        duration next = until - clock.now();
        for (const auto& one : loops) {
            if (const auto timeout = one->next_timeout()) next = std::min(next, *timeout);
        }
        clock.advance(next);
        settle();
        check_settled();
        if (clock.now() >= until) return;
    }
}

void world::check_settled() {
    for (party& one : parties) {
        one.check_deadlines();
        if (one.open()) one.check_delivered();
    }
    for (endpoint& one : endpoints)
        one.check_settled();
}

// --- calm, and the end

/// Nothing goes wrong any more, and everybody reads: all must arrive.
void world::calm_down() {
    note("calm");
    net.conditions({});
    for (auto* const one : net.streams())
        one->change({});
    for (party& one : parties) {
        if (one.open()) one.resume();
    }
    settle();
    pass(latency_max_ + 1us);
    for (const party& one : parties) {
        const auto* const link = link_of(one);
        if (!link || !link->intact()) continue;
        if (!link->other()) {
            one.check_left();
        } else if (link->other()->intact()) {
            one.check_calm();
        }
    }
}

void world::end() {
    for (endpoint& one : endpoints) {
        if (one.serves() && !one.gone) net.stop_listening(one.name);
    }
    const auto way = chance.below(4);
    note(way == 0 ? "end: shut down" : way == 1 ? "end: shut loops down" : "end: destroy");
    const duration within = chance.between(duration{}, 2 * patience_);
    for (endpoint& one : endpoints) {
        if (way == 0 && !one.gone) one.shut_down(within);
    }
    for (const auto& one : loops) {
        if (way == 1) shut_down_loop(*one);
    }
    if (way < 2) pass(2 * patience_ + 1us);
    if (way < 2) check_end();
    if (way == 3) {
        for (party& one : parties) {
            if (!one.over()) one.gone();
        }
        timers.clear();
        strangers_.clear();
        for (endpoint& one : endpoints)
            one.gone = true;
        loops.clear();
        for (endpoint& one : endpoints)
            one.here.reset();
    }
    drop_all();
    if (!net.streams().empty()) fail("streams are left");
    if (alive.use_count() != 1) fail("connections are left in memory");
    if (thrown != caught_) fail("an exception was lost");
    for (const party& one : parties)
        one.check_end();
    for (const auto& one : loop_endings_) {
        if (one->done != 1) fail("a loop's done was not called once");
    }
}

void world::drop_all() {
    timers.clear();
    strangers_.clear();
    for (endpoint& one : endpoints) {
        if (!loops.empty()) one.destroy();
    }
    if (!loops.empty()) settle(); // what was posted
    for (const auto& one : loops) {
        if (one->work_count() != 0) fail("work is left");
    }
    loops.clear();
}

/// After a shutdown of everything.
void world::check_end() {
    timers.clear();
    strangers_.clear();
    settle();
    for (const endpoint& one : endpoints)
        one.check_end();
    for (const auto& one : loops) {
        if (one->work_count() != 0) fail("work is left after a shutdown");
    }
}

// --- who is there

party* world::party_of(connection& c) {
    auto* const found = c.data_as<std::shared_ptr<mark>>();
    return found ? (*found)->who : nullptr;
}

party* world::party_number(std::size_t number) {
    return number < parties.size() ? &parties[number] : nullptr;
}

const testing::network_stream* world::link_of(const party& who) const {
    if (!who.here) return nullptr;
    auto* const found = who.here->data_as<std::shared_ptr<mark>>();
    if (!found) return nullptr;
    for (const auto* const one : net.streams()) {
        if (one == (*found)->link) return one;
    }
    return nullptr;
}

party* world::any_open() {
    if (acting && acting->open() && chance.below(10) < 6) return acting;
    const auto from = parties.empty() ? 0 : chance.below(parties.size());
    for (std::size_t i = 0; i < parties.size(); ++i) {
        party& one = parties[(from + i) % parties.size()];
        if (one.open()) return &one;
    }
    return nullptr;
}

endpoint* world::any_endpoint(bool serves) {
    const auto from = chance.below(endpoints.size());
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        endpoint& one = endpoints[(from + i) % endpoints.size()];
        if (one.serves() == serves && !one.gone) return &one;
    }
    return nullptr;
}

testing::network_stream* world::any_link() {
    const auto all = net.streams();
    if (all.empty()) return nullptr;
    ++sum.faults;
    return all[chance.below(all.size())];
}

event_loop& world::any_loop() {
    return *loops[chance.below(loops.size())];
}

void world::connect() {
    endpoint* const from = any_endpoint(false);
    endpoint* const to = any_endpoint(true);
    if (!from || !to || parties.size() >= parties_max) return;
    ++sum.connections;
    const auto number = parties.size();
    party& client = parties.emplace_back(*this, number, role::client);
    party& server = parties.emplace_back(*this, number + 1, role::server);
    client.other = &server;
    server.other = &client;
    from->connect(client, server, *to);
}

void world::replace(endpoint& old) {
    old.destroy();
    if (endpoints.size() > 8) return;
    endpoints.emplace_back(*this, any_loop(), old.name);
}

void world::visit_by_stranger() {
    endpoint* const to = any_endpoint(true);
    if (!to || strangers_.size() > 3) return;
    strangers_.push_back(std::make_unique<stranger>(net, to->name, any_loop().driver()));
}

void world::shut_down_loop(event_loop& which) {
    const duration within = chance.between(duration{}, patience_);
    for (endpoint& one : endpoints) {
        if (&one.loop == &which && !one.gone) one.shutdown_begins(later(now(one), within));
    }
    loop_endings_.push_back(std::make_unique<ending>());
    which.shutdown(within, [this, asked = loop_endings_.back().get()] {
        ++asked->done;
        in_handler("loop's done", nullptr);
    });
}

} // namespace weft::simulation
