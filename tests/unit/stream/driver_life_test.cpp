// SPDX-License-Identifier: MIT
// Who lives on a driver, how they end, and what they share: graves, driver observers, exceptions,
// scratch, threads.
#include <weft/stream/driver.hpp>

#include "probes.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <thread>

namespace weft {
namespace {

// --- graves

TEST(driver_life, outside_a_turn_the_buried_die_at_once) {
    log calls;
    stepped_driver d;
    auto* a = new probe(calls, "a");
    d.defer(*a);
    d.retire(a);
    d.retire(nullptr);
    EXPECT_EQ(calls, log{"a.died"});
    EXPECT_FALSE(d.work_waits());
}

TEST(driver_life, in_a_turn_the_buried_die_with_the_outermost) {
    log calls;
    stepped_driver d;
    auto* a = new probe(calls, "a");
    a->on_run = [&] {
        d.retire(a);
        d.retire(a);
        d.make_turn();
        EXPECT_EQ(calls, log{"a.run"});
    };
    d.defer(*a);
    d.make_turn();
    EXPECT_EQ(calls, (log{"a.run", "a.died"}));
}

TEST(driver_life, nothing_calls_the_buried) {
    log calls;
    stepped_driver d;
    auto* a = new probe(calls, "a");
    {
        const stepped_driver::turn here(d, {});
        d.arm(*a, at(0));
        d.defer(*a);
        d.at_turn_end(*a);
        d.retire(a);
        d.defer(*a);
        d.at_turn_end(*a);
        d.cancel(*a);
        EXPECT_FALSE(d.work_waits());
        d.expire_timers();
        d.run_work();
    }
    EXPECT_EQ(calls, log{"a.died"});
}

TEST(driver_life, the_dying_may_bury_and_defer) {
    struct chain final : work_item {
        chain(driver& owner, work_item* next, work_item& later)
            : owner_(owner), next_(next), later_(later) {}
        ~chain() override {
            owner_.retire(next_);
            owner_.defer(later_);
        }
        driver& owner_;
        work_item* next_;
        work_item& later_;
    };
    log calls;
    stepped_driver d;
    probe later(calls, "later");
    {
        const stepped_driver::turn here(d, {});
        auto* last = new probe(calls, "last");
        d.retire(new chain(d, last, later));
        d.retire(last); // buried twice: by us, and by the one that dies before it
    }
    EXPECT_EQ(calls, log{"last.died"});
    d.make_turn();
    EXPECT_EQ(calls, (log{"last.died", "later.run"}));
}

// --- driver observers

TEST(driver_life, interrupts_all_observers) {
    log calls;
    probe_observer a(calls, "a");
    probe_observer b(calls, "b");
    stepped_driver d;
    d.enroll(a);
    d.enroll(b);
    d.interrupt_observers();
    EXPECT_EQ(calls, (log{"b.interrupt", "a.interrupt"}));
    d.leave(a);
    d.leave(a);
    d.interrupt_observers();
    EXPECT_EQ(calls.size(), 3U);
}

TEST(driver_life, observers_leave_while_interrupted) {
    for (std::size_t leaving = 0; leaving < 3; ++leaving) {
        log calls;
        probe_observer c(calls, "c");
        probe_observer b(calls, "b");
        probe_observer a(calls, "a");
        stepped_driver d;
        probe_observer* const all[] = {&a, &b, &c};
        for (auto* each : {&c, &b, &a}) d.enroll(*each);
        b.interrupted = [&] { d.leave(*all[leaving]); };
        d.interrupt_observers();
        const bool next_left = leaving == 2;
        EXPECT_EQ(calls.size(), next_left ? 2U : 3U);
    }
}

TEST(driver_life, interrupts_from_an_interrupt) {
    log calls;
    probe_observer a(calls, "a");
    probe_observer b(calls, "b");
    stepped_driver d;
    d.enroll(a);
    d.enroll(b);
    b.interrupted = [&] {
        b.interrupted = nullptr;
        d.interrupt_observers();
    };
    d.interrupt_observers();
    EXPECT_EQ(calls, (log{"b.interrupt", "b.interrupt", "a.interrupt", "a.interrupt"}));
}

TEST(driver_life, a_shutdown_from_an_interrupt_hides_it_from_no_observer) {
    log calls;
    probe_observer a(calls, "a");
    probe_observer b(calls, "b");
    probe_observer c(calls, "c");
    stepped_driver d;
    for (auto* each : {&a, &b, &c}) d.enroll(*each);
    c.interrupted = [&] { d.shut_down(at(5), nullptr); };
    d.interrupt_observers();
    EXPECT_EQ(calls, (log{"c.interrupt", "c.shutdown", "b.shutdown", "a.shutdown", "b.interrupt",
                         "a.interrupt"}));
}

TEST(driver_life, closing_ends_observers_once) {
    log calls;
    probe_observer a(calls, "a");
    probe_observer b(calls, "b");
    {
        stepped_driver d;
        d.enroll(a);
        d.enroll(b);
        d.close();
        EXPECT_EQ(calls, (log{"b.closed", "a.closed"}));
    }
    EXPECT_EQ(calls.size(), 2U);
}

TEST(driver_life, closing_from_a_posted_function_drops_the_others) {
    stepped_driver d;
    int ran = 0;
    d.mailbox()->post([&] {
        ++ran;
        d.close();
    });
    d.mailbox()->post([&] { ++ran; });
    d.make_turn();
    EXPECT_EQ(ran, 1);
    EXPECT_FALSE(d.mailbox()->post([] {}));
}

TEST(driver_life, a_shutdown_is_done_when_the_last_observer_says_so) {
    log calls;
    probe_observer a(calls, "a");
    probe_observer b(calls, "b");
    stepped_driver d;
    d.enroll(a);
    d.enroll(b);
    d.shut_down(at(5), [&] { calls.push_back("done"); });
    EXPECT_EQ(calls, (log{"b.shutdown", "a.shutdown"}));
    EXPECT_EQ(a.shutdown_deadline, at(5));
    a.shutdown_done = nullptr;
    EXPECT_EQ(calls.size(), 2U);
    b.shutdown_done = nullptr;
    EXPECT_EQ(calls.size(), 2U); // it is a handler, so it waits for a turn
    d.make_turn();
    EXPECT_EQ(calls.back(), "done");
    EXPECT_EQ(calls.size(), 3U);
    d.leave(a);
    d.leave(b);
    d.shut_down(at(5), [&] { calls.push_back("nobody left"); });
    EXPECT_EQ(calls.size(), 3U);
    d.make_turn();
    EXPECT_EQ(calls.back(), "nobody left");
}

TEST(driver_life, observers_leave_while_they_shut_down) {
    log calls;
    probe_observer a(calls, "a");
    probe_observer b(calls, "b");
    stepped_driver d;
    d.enroll(a);
    d.enroll(b);
    b.shutting_down = [&] { d.leave(b); };
    d.shut_down(at(5), nullptr);
    EXPECT_EQ(calls, (log{"b.shutdown", "a.shutdown"}));
}

// --- exceptions

TEST(driver_life, hands_over_what_posted_functions_throw) {
    stepped_driver d;
    std::string caught;
    int ran = 0;
    d.on_error([&](std::exception_ptr what) {
        try {
            std::rethrow_exception(what);
        } catch (const std::runtime_error& why) {
            caught += why.what();
        }
    });
    d.mailbox()->post([] { throw std::runtime_error("one "); });
    d.mailbox()->post([&] { ++ran; });
    d.mailbox()->post([] { throw std::runtime_error("two"); });
    d.make_turn();
    EXPECT_EQ(caught, "one two");
    EXPECT_EQ(ran, 1);
}

TEST(driver_life, prints_exceptions_that_nobody_wants_and_goes_on) {
    stepped_driver d;
    int ran = 0;
    d.mailbox()->post([] { throw std::runtime_error("unwanted"); });
    d.mailbox()->post([&] { ++ran; });
    ::testing::internal::CaptureStderr();
    d.make_turn();
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "weft: a handler threw an exception: unwanted\n");
    EXPECT_EQ(ran, 1);
}

TEST(driver_life, prints_what_on_error_itself_throws) {
    stepped_driver d;
    d.on_error([](std::exception_ptr) { throw std::runtime_error("worse"); });
    d.mailbox()->post([] { throw std::runtime_error("bad"); });
    ::testing::internal::CaptureStderr();
    d.make_turn();
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "weft: a handler threw an exception: worse\n");
}

// --- what is shared

TEST(driver_life, knows_its_thread) {
    stepped_driver d;
    EXPECT_TRUE(d.called_by_owner("here"));
}

TEST(driver_threads, names_a_foreign_thread_and_may_be_handed_over) {
    stepped_driver d;
    std::thread([&] {
        ::testing::internal::CaptureStderr();
        EXPECT_FALSE(d.called_by_owner("send"));
        EXPECT_NE(::testing::internal::GetCapturedStderr().find("send was called on thread"),
                  std::string::npos);
        d.own();
        EXPECT_TRUE(d.called_by_owner("send"));
    }).join();
}

} // namespace
} // namespace weft
