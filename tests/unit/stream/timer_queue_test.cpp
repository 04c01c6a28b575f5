// SPDX-License-Identifier: MIT
// The heap of deadlines against an ordered set.
#include <weft/stream/timer_queue.hpp>

#include "probes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>

namespace weft {
namespace {

TEST(timer_queue, is_empty_at_first) {
    const timer_queue queue;
    EXPECT_EQ(queue.size(), 0U);
    EXPECT_EQ(queue.earliest(), never);
}

TEST(timer_queue, gives_the_earliest_first) {
    log calls;
    timer_queue queue;
    probe a(calls, "a");
    probe b(calls, "b");
    probe c(calls, "c");
    queue.arm(a, at(3));
    queue.arm(b, at(1));
    queue.arm(c, at(2));
    EXPECT_TRUE(a.armed());
    EXPECT_EQ(queue.deadline(a), at(3));
    EXPECT_EQ(queue.earliest(), at(1));
    EXPECT_EQ(&queue.pop(), &b);
    EXPECT_FALSE(b.armed());
    EXPECT_EQ(queue.deadline(b), never);
    EXPECT_EQ(&queue.pop(), &c);
    EXPECT_EQ(&queue.pop(), &a);
    EXPECT_EQ(queue.earliest(), never);
}

TEST(timer_queue, arming_again_moves_the_deadline) {
    log calls;
    timer_queue queue;
    probe a(calls, "a");
    probe b(calls, "b");
    queue.arm(a, at(1));
    queue.arm(b, at(2));
    queue.arm(a, at(3));
    EXPECT_EQ(queue.earliest(), at(2));
    queue.arm(a, at(1));
    EXPECT_EQ(queue.earliest(), at(1));
    EXPECT_EQ(queue.size(), 2U);
}

TEST(timer_queue, disarming_twice_is_harmless) {
    log calls;
    timer_queue queue;
    probe a(calls, "a");
    queue.disarm(a);
    queue.arm(a, at(1));
    queue.disarm(a);
    queue.disarm(a);
    EXPECT_EQ(queue.earliest(), never);
}

TEST(timer_queue, a_dying_task_leaves) {
    log calls;
    timer_queue queue;
    probe a(calls, "a");
    queue.arm(a, at(2));
    {
        probe b(calls, "b");
        queue.arm(b, at(1));
    }
    EXPECT_EQ(queue.size(), 1U);
    EXPECT_EQ(queue.earliest(), at(2));
}

TEST(timer_queue, a_task_outlives_it_unarmed) {
    log calls;
    probe a(calls, "a");
    probe b(calls, "b");
    {
        timer_queue queue;
        queue.arm(a, at(1));
        queue.add(b);
    }
    EXPECT_FALSE(a.armed());
    EXPECT_FALSE(b.armed());
}

TEST(timer_queue, a_task_keeps_its_place_while_it_is_not_armed) {
    log calls;
    timer_queue queue;
    probe a(calls, "a");
    probe b(calls, "b");
    queue.add(a);
    queue.arm(b, at(1));
    EXPECT_FALSE(a.armed());
    EXPECT_EQ(queue.earliest(), at(1));
    queue.disarm(b);
    queue.add(b);
    EXPECT_EQ(queue.earliest(), never);
    EXPECT_EQ(queue.size(), 2U);
}

TEST(timer_queue, agrees_with_an_ordered_set) {
    constexpr std::size_t count = 300;
    log calls;
    timer_queue queue;
    using held = std::unique_ptr<probe>;
    std::vector<held> tasks;
    for (std::size_t i = 0; i < count; ++i) tasks.push_back(std::make_unique<probe>(calls, ""));
    std::vector<time_point> deadlines(count, never);
    std::multiset<time_point> model;
    std::mt19937 random(1);
    const auto forget = [&](std::size_t which) {
        if (deadlines[which] != never) model.erase(model.find(deadlines[which]));
        deadlines[which] = never;
    };
    for (int step = 0; step < 20'000; ++step) {
        const std::size_t which = random() % count;
        switch (random() % 8) {
        case 0:
            queue.disarm(*tasks[which]);
            forget(which);
            break;
        case 1:
            if (model.empty()) break;
            {
                const auto popped = std::ranges::find(tasks, &queue.pop(), &held::get);
                forget(static_cast<std::size_t>(popped - tasks.begin()));
            }
            break;
        default:
            forget(which);
            deadlines[which] = at(static_cast<int>(random() % 1000));
            model.insert(deadlines[which]);
            queue.arm(*tasks[which], deadlines[which]);
        }
        ASSERT_EQ(queue.earliest(), model.empty() ? never : *model.begin());
        ASSERT_EQ(queue.deadline(*tasks[which]), deadlines[which]);
    }
    for (const auto expected : model) {
        ASSERT_EQ(queue.earliest(), expected);
        queue.pop();
    }
}

} // namespace
} // namespace weft
