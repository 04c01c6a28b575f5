// SPDX-License-Identifier: MIT
// Running alone: run, run_one, poll, poll_one, stop, restart, work and its guards, errors.
#include <weft/loop/event_loop.hpp>

#include <csignal>
#include <optional>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include <weft/loop/timer.hpp>

#include "every_engine.hpp"
#include "loop_probes.hpp"

namespace weft::testing {
namespace {

class event_loop_alone : public on_every_engine {};

TEST_P(event_loop_alone, run_returns_at_once_without_work) {
    event_loop loop(options());
    EXPECT_FALSE(loop.stopped());
    EXPECT_EQ(loop.work_count(), 0U);
    EXPECT_EQ(loop.run(), 0U);
    EXPECT_TRUE(loop.stopped());
}

TEST(event_loop, draws_its_random_bytes_from_the_given_source) {
    struct zeros final : random_source {
        void fill(std::span<std::byte> bytes) noexcept override {
            for (auto& one : bytes) one = {};
        }
    } none;
    event_loop loop({.engine = engine_kind::virtual_time, .random = &none});
    EXPECT_EQ(&loop.driver().random(), &none);
    event_loop other;
    EXPECT_NE(&other.driver().random(), &none);
}

TEST_P(event_loop_alone, run_counts_handlers_and_needs_a_restart) {
    event_loop loop(options());
    int ran = 0;
    for (int i = 0; i < 3; ++i) loop.post([&] { ++ran; });
    EXPECT_EQ(loop.work_count(), 1U) << "what is posted is work";
    EXPECT_EQ(loop.run(), 3U);
    loop.post([&] { ++ran; });
    EXPECT_EQ(loop.run(), 0U) << "it is stopped";
    loop.restart();
    EXPECT_FALSE(loop.stopped());
    EXPECT_EQ(loop.run(), 1U);
    EXPECT_EQ(ran, 4);
}

TEST_P(event_loop_alone, posts_run_in_order_and_those_of_handlers_later) {
    event_loop loop(options());
    std::vector<int> order;
    loop.post([&] {
        order.push_back(1);
        loop.post([&] { order.push_back(3); });
    });
    loop.post([&] { order.push_back(2); });
    EXPECT_EQ(loop.poll(), 2U);
    EXPECT_EQ(loop.poll(), 1U);
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST_P(event_loop_alone, run_one_calls_one) {
    event_loop loop(options());
    int ran = 0;
    for (int i = 0; i < 2; ++i) loop.post([&] { ++ran; });
    EXPECT_EQ(loop.run_one(), 1U);
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(loop.run_one(), 1U);
    EXPECT_FALSE(loop.stopped());
    EXPECT_EQ(loop.run_one(), 0U);
    EXPECT_TRUE(loop.stopped());
}

TEST_P(event_loop_alone, poll_neither_sets_nor_obeys_stopped) {
    event_loop loop(options());
    EXPECT_EQ(loop.poll(), 0U);
    EXPECT_EQ(loop.poll_one(), 0U);
    EXPECT_FALSE(loop.stopped());
    loop.stop();
    for (int i = 0; i < 3; ++i) loop.post([] {});
    EXPECT_EQ(loop.poll_one(), 1U);
    EXPECT_EQ(loop.poll(), 2U);
    EXPECT_TRUE(loop.stopped());
}

TEST_P(event_loop_alone, stop_ends_run_before_and_while_it_runs) {
    event_loop loop(options());
    const work_guard working(loop);
    loop.stop();
    EXPECT_EQ(loop.run(), 0U);
    loop.restart();
    loop.post([&] { loop.stop(); });
    EXPECT_EQ(loop.run(), 1U);
    EXPECT_TRUE(loop.stopped());
    EXPECT_EQ(loop.run_one(), 0U);
}

TEST_P(event_loop_alone, a_guard_keeps_it_running_until_it_lets_go) {
    event_loop loop(options());
    std::optional<work_guard> one(loop);
    work_guard moved = std::move(*one);
    one.reset();
    EXPECT_EQ(loop.work_count(), 1U);
    timer later(loop, [&] { moved.reset(); });
    later.arm_after(1ms);
    EXPECT_EQ(loop.run(), 1U);
    EXPECT_EQ(loop.work_count(), 0U);
    moved.reset();
}

TEST_P(event_loop_alone, guards_and_timers_may_outlive_it) {
    std::optional<event_loop> loop(std::in_place, options());
    work_guard working(*loop);
    timer late(*loop, [] { FAIL(); });
    late.arm_after(1h);
    loop.reset();
    late.disarm();
    late.arm_after(0s);
    EXPECT_FALSE(late.armed());
}

TEST_P(event_loop_alone, what_is_posted_is_destroyed_with_it_without_a_call) {
    auto token = std::make_shared<int>(1);
    {
        event_loop loop(options());
        loop.post([token] { FAIL(); });
        EXPECT_EQ(token.use_count(), 2);
    }
    EXPECT_EQ(token.use_count(), 1);
}

TEST_P(event_loop_alone, exceptions_go_to_on_error) {
    event_loop loop(options());
    std::string caught;
    loop.on_error([&](std::exception_ptr what) {
        try {
            std::rethrow_exception(what);
        } catch (const std::exception& error) {
            caught += error.what();
        }
    });
    loop.post([] { throw std::runtime_error("post "); });
    timer throwing(loop, [] { throw std::runtime_error("timer"); });
    loop.post([&] { throwing.arm_after(0s); });
    EXPECT_EQ(loop.run(), 3U);
    EXPECT_EQ(caught, "post timer");
}

TEST_P(event_loop_alone, an_exception_that_nobody_wants_does_not_end_the_program) {
    event_loop loop(options());
    int ran = 0;
    timer throwing(loop, [] { throw std::runtime_error("timer"); });
    loop.post([] { throw std::runtime_error("post"); });
    loop.post([&] {
        ++ran;
        throwing.arm_after(0s);
    });
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(loop.run(), 3U);
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "weft: a handler threw an exception: post\n"
              "weft: a handler threw an exception: timer\n");
    EXPECT_EQ(ran, 1);
}

TEST_P(event_loop_alone, wake_interrupts_once_a_turn) {
    event_loop loop(options());
    interrupt_counter counter(loop);
    loop.wake();
    loop.wake();
    loop.poll();
    EXPECT_EQ(counter.count, 1);
    loop.poll();
    EXPECT_EQ(counter.count, 1);
    loop.wake();
    EXPECT_TRUE(loop.run_ready().did_something);
    EXPECT_EQ(counter.count, 2);
}

event_loop* woken_by_signal = nullptr;

TEST_P(event_loop_alone, wakes_and_stops_from_a_signal_handler) {
    event_loop loop(options());
    interrupt_counter counter(loop);
    const work_guard working(loop);
    woken_by_signal = &loop;
    struct sigaction action {}, before {};
    action.sa_handler = [](int) {
        woken_by_signal->wake();
        woken_by_signal->stop();
    };
    ::sigaction(SIGUSR1, &action, &before);
    loop.post([] { ::raise(SIGUSR1); });
    EXPECT_EQ(loop.run(), 1U);
    ::sigaction(SIGUSR1, &before, nullptr);
    loop.poll();
    EXPECT_EQ(counter.count, 1);
}

TEST_P(event_loop_alone, moves) {
    event_loop first(options());
    event_loop second(std::move(first));
    int ran = 0;
    second.post([&] { ++ran; });
    event_loop third;
    third = std::move(second);
    EXPECT_EQ(third.run(), 1U);
    EXPECT_EQ(ran, 1);
}

TEST_P(event_loop_alone, shutdown_with_nothing_to_end_is_done_in_a_turn) {
    event_loop loop(options());
    int done = 0;
    loop.shutdown(duration::max(), [&] { ++done; });
    EXPECT_EQ(done, 0);
    loop.run();
    EXPECT_EQ(done, 1);
}

TEST_P(event_loop_alone, each_kind_of_work_has_its_turn_with_a_budget_of_one) {
    event_loop loop(options());
    int ticks = 0;
    timer always(loop, [&] {
        ++ticks;
        always.arm_after(-1s);
    });
    always.arm_after(-1s);
    bool ran = false;
    loop.post([&] { ran = true; });
    for (int i = 0; i < 3; ++i) loop.poll_one();
    EXPECT_TRUE(ran);
    EXPECT_GE(ticks, 1);
}

TEST_P(event_loop_alone, a_budget_of_nothing_still_makes_progress) {
    event_loop loop(options());
    int ran = 0;
    for (int i = 0; i < 2; ++i) loop.post([&] { ++ran; });
    const auto turn = loop.run_ready({0, duration::zero()});
    EXPECT_TRUE(turn.did_something);
    EXPECT_TRUE(turn.more_waiting);
    EXPECT_EQ(ran, 1);
}

TEST_P(event_loop_alone, names_its_engine) {
    EXPECT_EQ(event_loop(options()).engine(), GetParam());
    EXPECT_EQ(event_loop::create(options())->engine(), GetParam());
    EXPECT_EQ(name(engine_kind::kqueue), "kqueue");
}

WEFT_ON_EVERY_ENGINE(event_loop_alone);

} // namespace
} // namespace weft::testing
