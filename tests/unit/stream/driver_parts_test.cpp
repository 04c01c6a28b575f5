// SPDX-License-Identifier: MIT
// What a driver is made of, each alone: the queues of tasks, the budget, scratch memory, threads.
#include <weft/stream/budget.hpp>
#include <weft/stream/scratch_pool.hpp>
#include <weft/stream/thread_check.hpp>
#include <weft/stream/work_queues.hpp>

#include "probes.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace weft {
namespace {

// --- work_queues

TEST(work_queues, a_task_waits_once_and_for_the_next_round) {
    log calls;
    work_queues queues;
    probe a(calls, "a");
    probe b(calls, "b");
    EXPECT_FALSE(queues.waits());
    EXPECT_TRUE(queues.defer(a));
    EXPECT_FALSE(queues.defer(a));
    EXPECT_EQ(queues.take_work(), nullptr) << "its round has not begun";
    queues.begin_round();
    EXPECT_TRUE(queues.defer(b));
    EXPECT_EQ(queues.take_work(), &a);
    EXPECT_EQ(queues.take_work(), nullptr);
    EXPECT_TRUE(queues.waits());
    queues.begin_round();
    EXPECT_EQ(queues.take_work(), &b);
    EXPECT_FALSE(queues.waits());
    EXPECT_TRUE(queues.defer(a)) << "what was taken may wait again";
}

TEST(work_queues, a_task_waits_for_work_and_for_the_turns_end) {
    log calls;
    work_queues queues;
    probe a(calls, "a");
    probe b(calls, "b");
    EXPECT_TRUE(queues.defer(a));
    EXPECT_TRUE(queues.at_turn_end(a));
    EXPECT_FALSE(queues.at_turn_end(a));
    EXPECT_TRUE(queues.at_turn_end(b));
    EXPECT_TRUE(queues.defer(b));
    queues.begin_round();
    EXPECT_EQ(queues.take_work(), &a);
    EXPECT_EQ(queues.take_turn_end(), &a);
    EXPECT_EQ(queues.take_turn_end(), &b);
    EXPECT_EQ(queues.take_turn_end(), nullptr);
    EXPECT_TRUE(queues.waits());
    EXPECT_EQ(queues.take_work(), &b);
    EXPECT_EQ(queues.take_work(), nullptr);
    EXPECT_FALSE(queues.waits());
}

TEST(work_queues, what_is_cancelled_or_retired_waits_for_nothing) {
    log calls;
    work_queues queues;
    probe a(calls, "a");
    auto* const b = new probe(calls, "b");
    queues.defer(a);
    queues.at_turn_end(a);
    queues.cancel(a);
    queues.defer(*b);
    queues.retire(*b);
    EXPECT_TRUE(work_queues::retired(*b));
    EXPECT_FALSE(work_queues::retired(a));
    EXPECT_FALSE(queues.defer(*b));
    EXPECT_FALSE(queues.at_turn_end(*b));
    queues.cancel(*b);
    EXPECT_FALSE(queues.waits());
    EXPECT_TRUE(calls.empty());
    queues.delete_retired();
    EXPECT_EQ(calls, log{"b.died"});
}

TEST(work_queues, a_task_that_dies_leaves_its_queue) {
    log calls;
    work_queues queues;
    {
        probe a(calls, "a");
        queues.defer(a);
    }
    EXPECT_FALSE(queues.waits());
}

// --- remaining_budget

TEST(remaining_budget, is_used_up_by_calls) {
    remaining_budget none;
    EXPECT_FALSE(none.may_call());
    none.handler_called();
    remaining_budget two({2, duration::max()}, at(1));
    EXPECT_FALSE(two.is_timed());
    two.handler_called();
    EXPECT_TRUE(two.may_call());
    two.handler_called();
    EXPECT_FALSE(two.may_call());
    two.handler_called(); // a handler that may not wait is called nevertheless
    EXPECT_FALSE(two.may_call());
}

TEST(remaining_budget, is_used_up_by_time) {
    remaining_budget left({SIZE_MAX, at(5) - at(0)}, at(1));
    EXPECT_TRUE(left.is_timed());
    left.time_passed(at(5));
    EXPECT_TRUE(left.may_call());
    left.time_passed(at(6));
    EXPECT_FALSE(left.may_call());
    EXPECT_FALSE(remaining_budget({SIZE_MAX, duration::zero()}, at(1)).may_call());
}

// --- scratch_pool

TEST(scratch_pool, lends_as_a_stack_does) {
    scratch_pool pool;
    scratch* const outer = pool.take();
    scratch* const inner = pool.take();
    EXPECT_NE(outer, inner);
    pool.give_back(inner);
    pool.give_back(nullptr);
    EXPECT_EQ(pool.take(), inner);
    pool.give_back(inner);
    pool.give_back(outer);
    EXPECT_EQ(pool.take(), outer);
    pool.give_back(outer);
}

// --- thread_check

TEST(thread_check, knows_its_thread_until_that_changes) {
    thread_check check;
    EXPECT_TRUE(check.passes());
    EXPECT_TRUE(check.owned_here());
    std::thread([&] {
        EXPECT_FALSE(check.passes());
        check.own();
        EXPECT_TRUE(check.passes());
    }).join();
    EXPECT_FALSE(check.passes());
    check.disown();
    EXPECT_TRUE(check.passes());
    EXPECT_FALSE(check.owned_here());
}

TEST(thread_check, prints_what_was_called_where) {
    ::testing::internal::CaptureStderr();
    thread_check::print_foreign_call("send", "2", "1");
    thread_check::print_foreign_call("send", {}, {});
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "weft: send was called on thread 2, but belongs to thread 1\n"
              "weft: send was called on a foreign thread\n");
    EXPECT_EQ(thread_check::number_of(std::this_thread::get_id()),
              thread_check::number_of(thread_check().owner()));
}

} // namespace
} // namespace weft
