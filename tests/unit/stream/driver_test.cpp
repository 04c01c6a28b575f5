// SPDX-License-Identifier: MIT
// Turns: time, work and its order, budgets, and turns inside turns.
#include <weft/stream/driver.hpp>

#include "probes.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

using std::chrono::milliseconds;

// --- time

TEST(driver, time_stands_still_in_a_turn) {
    stepped_driver d;
    d.clock = at(1);
    EXPECT_EQ(d.now(), at(1));
    {
        const stepped_driver::turn here(d, {});
        d.clock = at(2);
        EXPECT_EQ(d.now(), at(1));
    }
    EXPECT_EQ(d.now(), at(2));
}

TEST(driver, a_timer_expires_once_at_its_deadline) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    d.arm(a, at(2));
    EXPECT_EQ(d.deadline(a), at(2));
    d.clock = at(2) - duration(1);
    EXPECT_FALSE(d.make_turn());
    d.clock = at(2);
    EXPECT_TRUE(d.make_turn());
    EXPECT_FALSE(d.make_turn());
    EXPECT_EQ(calls, log{"a.expire"});
    EXPECT_EQ(d.deadline(a), never);
}

TEST(driver, arming_for_never_disarms) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    d.arm(a, at(0));
    d.arm(a, never);
    EXPECT_FALSE(a.armed());
    EXPECT_FALSE(d.make_turn());
}

TEST(driver, timers_that_disarm_each_other) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    d.arm(a, at(0));
    d.arm(b, at(1));
    a.on_expire = [&] { d.disarm(b); };
    d.clock = at(5);
    d.make_turn();
    EXPECT_EQ(calls, log{"a.expire"});
}

TEST(driver, a_timer_that_arms_itself_for_now_does_not_hold_the_turn) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    a.on_expire = [&] { d.arm(a, d.now()); };
    d.arm(a, at(0));
    d.make_turn();
    EXPECT_EQ(calls.size(), 1U);
    d.make_turn();
    EXPECT_EQ(calls.size(), 2U);
}

TEST(driver, work_arrives_only_with_an_earlier_deadline) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    d.arm(a, at(5));
    EXPECT_EQ(d.arrivals, 1);
    d.arm(b, at(6));
    d.arm(a, at(7));
    EXPECT_EQ(d.arrivals, 1);
    d.arm(b, at(4));
    EXPECT_EQ(d.arrivals, 2);
}

// --- work

TEST(driver, work_runs_in_its_order_and_once) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    d.defer(a);
    d.defer(b);
    d.defer(a);
    EXPECT_EQ(calls, log{});
    EXPECT_TRUE(d.work_waits());
    EXPECT_TRUE(d.make_turn());
    EXPECT_EQ(calls, (log{"a.run", "b.run"}));
    EXPECT_FALSE(d.work_waits());
}

TEST(driver, work_deferred_by_work_waits_for_the_next_round) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    a.on_run = [&] { d.defer(a); };
    d.defer(a);
    d.make_turn();
    EXPECT_EQ(calls.size(), 1U);
    EXPECT_TRUE(d.work_waits());
}

TEST(driver, a_task_cancels_another) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    probe c(calls, "c");
    a.on_run = [&] {
        d.cancel(a);
        d.cancel(b);
        d.cancel(c);
    };
    d.defer(a);
    d.defer(b);
    d.at_turn_end(c);
    d.make_turn();
    EXPECT_EQ(calls, log{"a.run"});
}

TEST(driver, turns_finish_what_they_began) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    a.on_run = [&] { d.at_turn_end(b); };
    b.on_run = [&] { d.at_turn_end(a); };
    d.defer(a);
    d.defer(b);
    d.make_turn();
    EXPECT_EQ(calls, (log{"a.run", "b.run", "b.finish", "a.finish"}));
    EXPECT_FALSE(d.work_waits());
}

// Output for a connection may come in each turn before its turn to work does.
TEST(driver, the_turns_end_does_not_put_work_off) {
    log calls;
    stepped_driver d;
    probe first(calls, "first");
    probe a(calls, "a");
    first.on_run = [&] {
        d.handler_called();
        d.defer(first);
    };
    d.defer(first);
    d.defer(a);
    for (int turn = 0; turn != 2; ++turn) {
        d.at_turn_end(a);
        d.make_turn({.handlers = 1});
    }
    EXPECT_EQ(calls, (log{"first.run", "a.finish", "a.run", "first.run", "a.finish"}));
}

TEST(driver, a_task_waits_for_work_and_the_turns_end) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    d.at_turn_end(a);
    d.defer(a);
    d.make_turn();
    EXPECT_EQ(calls, (log{"a.run", "a.finish"}));
    EXPECT_FALSE(d.work_waits());

    d.defer(a);
    d.at_turn_end(a);
    d.cancel(a);
    EXPECT_FALSE(d.work_waits());
    d.at_turn_end(a);
    d.make_turn();
    EXPECT_FALSE(d.work_waits());
}

TEST(driver, finishing_may_make_others_finish) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    a.on_finish = [&] { d.at_turn_end(b); };
    d.at_turn_end(a);
    d.make_turn();
    EXPECT_EQ(calls, (log{"a.finish", "b.finish"}));
}

TEST(driver, work_arrives_outside_turns_and_from_handlers) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    d.defer(a);
    EXPECT_EQ(d.arrivals, 1);
    a.on_run = [&] { d.at_turn_end(b); }; // the turn itself will see it
    d.make_turn();
    EXPECT_EQ(d.arrivals, 1);
    a.on_run = [&] {
        const driver::activity running(d, a);
        d.at_turn_end(b); // but this one may be running its host's loop
    };
    d.defer(a);
    d.make_turn();
    EXPECT_EQ(d.arrivals, 3);
    d.mailbox()->post([&] { d.defer(a); });
    d.make_turn();
    EXPECT_EQ(d.arrivals, 5); // the post's, and b's from the run of `a`
}

TEST(driver, counts_what_keeps_it_going) {
    stepped_driver d;
    EXPECT_EQ(d.work_count(), 0U);
    d.work_started();
    d.mailbox()->post([] {});
    EXPECT_EQ(d.work_count(), 2U);
    d.make_turn();
    d.work_finished();
    EXPECT_EQ(d.work_count(), 0U);
}

// --- budgets

TEST(driver, a_turn_ends_after_so_many_handlers) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    probe c(calls, "c");
    for (probe* each : {&a, &b, &c}) {
        each->on_run = [&] { d.handler_called(); };
        d.defer(*each);
    }
    EXPECT_TRUE(d.make_turn({.handlers = 2}));
    EXPECT_EQ(calls, (log{"a.run", "b.run"}));
    EXPECT_FALSE(d.make_turn({.handlers = 0}));
    EXPECT_TRUE(d.make_turn({.handlers = 2}));
    EXPECT_EQ(calls.size(), 3U);
}

TEST(driver, posted_functions_count_as_handlers) {
    stepped_driver d;
    int ran = 0;
    for (int i = 0; i < 3; ++i) d.mailbox()->post([&] { ++ran; });
    d.make_turn({.handlers = 2});
    EXPECT_EQ(ran, 2);
}

TEST(driver, a_turn_ends_after_so_much_time) {
    stepped_driver d;
    int ran = 0;
    for (int i = 0; i < 100; ++i) {
        d.mailbox()->post([&] {
            ++ran;
            d.clock += milliseconds(1);
        });
    }
    d.make_turn({.time = milliseconds(20)});
    EXPECT_GE(ran, 20);
    EXPECT_LE(ran, 28);
    const int before = ran;
    EXPECT_FALSE(d.make_turn({.time = duration::zero()}));
    EXPECT_EQ(ran, before);
    d.make_turn();
    EXPECT_EQ(ran, 100);
}

TEST(driver, without_a_time_budget_no_clock_is_read) {
    stepped_driver d;
    for (int i = 0; i < 100; ++i) d.mailbox()->post([] {});
    d.make_turn();
    EXPECT_EQ(d.clock_reads, 1);
}

// --- nested turns

TEST(driver, a_nested_turn_suspends_each_handler_below_once) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    probe c(calls, "c");
    a.on_run = [&] {
        const driver::activity running(d, a);
        d.defer(b);
        d.make_turn();
        calls.push_back("between");
        d.make_turn();
    };
    b.on_run = [&] {
        const driver::activity running(d, b);
        d.defer(c);
        d.make_turn();
    };
    d.defer(a);
    d.make_turn();
    EXPECT_EQ(calls, (log{"a.run", "a.suspend", "b.run", "b.suspend", "c.run", "between"}));
}

TEST(driver, activities_of_one_turn_are_all_suspended) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    const stepped_driver::turn here(d, {});
    const driver::activity first(d, a);
    const driver::activity second(d, b);
    d.make_turn();
    EXPECT_EQ(calls, (log{"b.suspend", "a.suspend"}));
}

TEST(driver, a_nested_turn_has_a_budget_of_its_own) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    probe b(calls, "b");
    a.on_run = [&] {
        d.handler_called();
        EXPECT_FALSE(d.may_call());
        d.make_turn({.handlers = 5});
        EXPECT_FALSE(d.may_call());
    };
    b.on_run = [&] { EXPECT_TRUE(d.may_call()); };
    d.defer(a);
    d.defer(b);
    d.make_turn({.handlers = 1});
    EXPECT_EQ(calls, (log{"a.run", "b.run"}));
}

TEST(driver, a_nested_turn_finishes_what_the_outer_began) {
    log calls;
    stepped_driver d;
    probe a(calls, "a");
    const stepped_driver::turn here(d, {});
    d.at_turn_end(a);
    d.make_turn();
    EXPECT_EQ(calls, log{"a.finish"});
}

TEST(driver, a_posted_function_may_make_a_turn) {
    stepped_driver d;
    std::string ran;
    d.mailbox()->post([&] {
        ran += 'a';
        d.make_turn();
        ran += 'c';
    });
    d.mailbox()->post([&] { ran += 'b'; });
    d.make_turn();
    EXPECT_EQ(ran, "abc");
}

} // namespace
} // namespace weft
