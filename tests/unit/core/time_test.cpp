// SPDX-License-Identifier: MIT
// Arithmetic of times that does not overflow.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

#include <weft/core/time.hpp>

namespace weft {
namespace {

using namespace std::chrono_literals;

TEST(time, doubled) {
    EXPECT_EQ(doubled(100ms, 0, 10s), 100ms);
    EXPECT_EQ(doubled(100ms, 3, 10s), 800ms);
    EXPECT_EQ(doubled(100ms, 7, 10s), 10s);
    EXPECT_EQ(doubled(100ms, SIZE_MAX, duration::max()), duration::max());
}

TEST(time, doubled_stays_in_its_limits) {
    EXPECT_EQ(doubled(20s, 0, 10s), 10s);
    EXPECT_EQ(doubled(0s, SIZE_MAX, 10s), 0s);
    EXPECT_EQ(doubled(-1s, 2, 10s), 0s);
    EXPECT_EQ(doubled(1s, 2, -10s), 0s);
}

} // namespace
} // namespace weft
