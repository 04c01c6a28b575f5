// SPDX-License-Identifier: MIT
// Seeded runs of servers and clients on a bad network, against a model of what must hold. In the
// environment: WEFT_SEED repeats one run, WEFT_TRACE=1 tells its last steps, WEFT_SEEDS and
// WEFT_FROM choose how many and where to begin.
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "simulation/conversations/world.hpp"

namespace weft::simulation {
namespace {

constexpr std::uint64_t parts = 4; // run side by side by ctest

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

void run_seed(std::uint64_t seed, tally& sum) {
    world here(seed, sum, std::getenv("WEFT_TRACE") != nullptr);
    here.run();
    ASSERT_EQ(here.failure(), "") << "repeat it with WEFT_SEED=" << seed
                                  << " (and WEFT_TRACE=1 for its last steps)";
}

class conversations : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(conversations, keep_every_promise) {
    tally sum;
    const auto only = from_environment("WEFT_SEED", 0);
    if (only != 0) return GetParam() == 0 ? run_seed(only, sum) : void();
    const auto seeds = from_environment("WEFT_SEEDS", 1000);
    const auto from = from_environment("WEFT_FROM", 1);
    for (auto seed = from + GetParam(); seed < from + seeds && !HasFailure(); seed += parts) {
        run_seed(seed, sum);
    }
    if (std::getenv("WEFT_SEEDS")) std::cout << sum << std::endl;
}

INSTANTIATE_TEST_SUITE_P(part, conversations, ::testing::Range<std::uint64_t>(0, parts));

} // namespace
} // namespace weft::simulation
