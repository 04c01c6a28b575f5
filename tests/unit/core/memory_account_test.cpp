// SPDX-License-Identifier: MIT
// Budgets: sums that go up and down with their holders, and who holds most.
#include <algorithm>
#include <list>

#include <gtest/gtest.h>

#include <weft/core/memory_account.hpp>
#include <weft/testing/dice.hpp>

namespace weft::testing {
namespace {

TEST(memory_account, counts_here_and_above) {
    memory_account all;
    memory_account first{&all};
    memory_account second{&all};
    memory_account::holder one;
    memory_account::holder other;
    int owner = 0;
    first.change(one, &owner, 100);
    second.change(other, &owner, 50);
    EXPECT_EQ(first.used(), 100U);
    EXPECT_EQ(all.used(), 150U);
    first.change(one, &owner, 20);
    EXPECT_EQ(all.used(), 70U);
    one.leave();
    other.leave();
    other.leave();
    EXPECT_EQ(all.used(), 0U);
}

TEST(memory_account, a_holder_returns_all_when_it_dies) {
    memory_account all;
    {
        memory_account::holder one;
        all.change(one, nullptr, 100);
        EXPECT_EQ(all.used(), 100U);
    }
    EXPECT_EQ(all.used(), 0U);
    EXPECT_EQ(all.largest(), nullptr);
}

TEST(memory_account, is_exceeded_when_one_above_is) {
    memory_account all;
    memory_account first{&all};
    memory_account second{&all};
    memory_account::holder small;
    memory_account::holder large;
    all.limit(100);
    second.limit(80);
    first.change(small, &small, 30);
    second.change(large, &large, 70);
    EXPECT_FALSE(first.exceeded());
    first.change(small, &small, 31);
    EXPECT_TRUE(first.exceeded());
    EXPECT_EQ(first.largest(), &large) << "of all, as the budget of all is exceeded";
    EXPECT_EQ(first.largest()->owner(), &large);
    all.limit(200);
    EXPECT_FALSE(first.exceeded());
    EXPECT_EQ(first.largest(), &small);
    small.leave();
    large.leave();
}

TEST(memory_account, has_room_where_somebody_larger_could_make_it) {
    memory_account all;
    memory_account::holder one;
    all.limit(100);
    EXPECT_TRUE(all.has_room(100));
    EXPECT_FALSE(all.has_room(101));
    all.change(one, nullptr, 90);
    EXPECT_TRUE(all.has_room(10));
    EXPECT_TRUE(all.has_room(11));
    EXPECT_FALSE(all.has_room(95));
    one.leave();
}

TEST(memory_account, knows_who_holds_most_within_a_factor_of_two) {
    memory_account all;
    dice random{3};
    std::list<memory_account::holder> holders(20);
    for (int step = 0; step < 2000; ++step) {
        auto which = holders.begin();
        std::advance(which, static_cast<std::ptrdiff_t>(random.below(holders.size())));
        all.change(*which, nullptr, random.below(1 << random.below(20)));
        std::size_t sum = 0;
        std::size_t most = 0;
        for (const auto& one : holders) {
            sum += one.bytes();
            most = std::max(most, one.bytes());
        }
        ASSERT_EQ(all.used(), sum);
        if (most == 0) {
            ASSERT_EQ(all.largest(), nullptr);
        } else {
            ASSERT_GT(2 * all.largest()->bytes(), most);
        }
    }
}

} // namespace
} // namespace weft::testing
