// SPDX-License-Identifier: MIT
// Seeded runs of random operations; after each, the descriptor must say what the model says. A
// failure names its seed: WEFT_SEED and WEFT_STEPS in the environment repeat it, or choose others.
#include <cstdlib>
#include <deque>
#include <numeric>

#include <gtest/gtest.h>

#include "simulation/descriptor/operations.hpp"

namespace weft::testing {
namespace {

constexpr std::uint64_t seeds = 12;
constexpr std::size_t steps_per_seed = 600;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

const operation& any_operation(world& here) {
    static const auto total = std::accumulate(
        operations().begin(), operations().end(), std::size_t{0},
        [](std::size_t sum, const operation& one) { return sum + one.weight; });
    auto left = here.below(total);
    const operation* chosen = operations().data();
    while (left >= chosen->weight) left -= chosen++->weight;
    return *chosen;
}

std::string last_of(const std::deque<const char*>& names) {
    std::string text;
    for (const char* one : names) text += std::string("\n  ") + one;
    return text;
}

void run_seed(std::uint64_t seed, watching how, std::size_t steps) {
    world here(seed, how);
    std::deque<const char*> trail;
    std::size_t step = 0;
    for (; step < steps && here.failure().empty(); ++step) {
        const operation& next = any_operation(here);
        trail.push_back(next.name);
        if (trail.size() > 12) trail.pop_front();
        next.perform(here);
        here.check();
    }
    here.settle();
    ASSERT_EQ(here.failure(), "") << "WEFT_SEED=" << seed << " WEFT_STEPS=" << step
                                  << ", the last operations:" << last_of(trail);
}

class descriptor_contract : public ::testing::TestWithParam<watching> {};

TEST_P(descriptor_contract, holds_after_every_operation) {
    const auto steps = from_environment("WEFT_STEPS", steps_per_seed);
    const auto only = from_environment("WEFT_SEED", 0);
    if (only != 0) return run_seed(only, GetParam(), steps);
    for (std::uint64_t seed = 1; seed <= seeds && !HasFailure(); ++seed) {
        run_seed(seed, GetParam(), steps);
    }
}

TEST_P(descriptor_contract, holds_in_a_crowd) {
    world here(1, GetParam());
    crowd(here);
    EXPECT_EQ(here.failure(), "");
}

TEST_P(descriptor_contract, holds_for_what_a_handler_has_sent) {
    world here(1, GetParam());
    here.connect_peer(true);
    here.settle();
    here.subjects[0]->peer->queue("h");
    here.subjects[0]->peer->flush();
    here.turn({});
    here.settle();
    EXPECT_EQ(here.failure(), "");
}

TEST_P(descriptor_contract, holds_for_output_of_a_paused_connection) {
    world here(1, GetParam());
    here.connect_peer(true);
    here.settle();
    auto& one = *here.subjects[0];
    while (one.at_server->buffered_amount() < 4'000'000) here.send(one, 1'000'000);
    one.at_server->pause();
    here.turn({});
    here.settle();
    EXPECT_EQ(here.failure(), "");
    EXPECT_EQ(one.peer->received(), one.sent);
}

INSTANTIATE_TEST_SUITE_P(hosts, descriptor_contract,
                         ::testing::Values(watching::level, watching::edge, watching::one_shot),
                         [](const auto& of) -> std::string {
                             switch (of.param) {
                             case watching::level: return "level";
                             case watching::edge: return "edge";
                             case watching::one_shot: return "one_shot";
                             }
                             return "";
                         });

} // namespace
} // namespace weft::testing
