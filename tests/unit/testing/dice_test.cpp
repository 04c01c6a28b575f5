// SPDX-License-Identifier: MIT
// Dice: in their range, and the same for the same seed.
#include <weft/testing/dice.hpp>

#include <array>

#include <gtest/gtest.h>

namespace weft::testing {
namespace {

TEST(dice, give_the_same_numbers_everywhere) {
    dice one(0); // the first outputs of SplitMix64 with the seed 0
    EXPECT_EQ(one.next(), 0xe220a8397b1dcdafU);
    EXPECT_EQ(one.next(), 0x6e789e6aa1b965f4U);
}

TEST(dice, stay_in_their_range) {
    dice one(7);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_LT(one.below(3), 3U);
        const auto number = one.between(5, 6);
        EXPECT_TRUE(number == 5 || number == 6);
        const auto time = one.between(duration(10), duration(20));
        EXPECT_TRUE(time >= duration(10) && time <= duration(20));
        EXPECT_TRUE(one.one_in(1));
        EXPECT_FALSE(one.one_in(0));
    }
    EXPECT_EQ(one.below(0), 0U);
    EXPECT_EQ(one.between(9, 9), 9U);
}

TEST(dice, fill_every_byte) {
    std::array<std::byte, 19> seen{};
    dice one(3);
    for (int i = 0; i < 100; ++i) {
        std::array<std::byte, 19> bytes{};
        one.fill(bytes);
        for (std::size_t at = 0; at < bytes.size(); ++at)
            seen[at] |= bytes[at];
    }
    for (const auto byte : seen)
        EXPECT_EQ(byte, std::byte{0xff});
}

} // namespace
} // namespace weft::testing
