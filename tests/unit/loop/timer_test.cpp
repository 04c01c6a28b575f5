// SPDX-License-Identifier: MIT
// Timers: order, resolution, arming and dying in their own function, repetition, many of them, idle
// ones.
#include <weft/loop/timer.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/loop/virtual_clock.hpp>

#include "every_engine.hpp"
#include "loop_probes.hpp"

namespace weft::testing {
namespace {

struct virtual_loop {
    virtual_clock clock;
    event_loop loop{{.engine = engine_kind::virtual_time, .clock = &clock}};
};

TEST(timer, fires_in_the_order_of_deadlines_to_the_microsecond) {
    virtual_loop here;
    std::vector<int> order;
    std::vector<std::unique_ptr<timer>> all;
    const auto start = here.clock.now();
    for (const int at : {5, 1, 3, 2, 4}) {
        all.push_back(std::make_unique<timer>(here.loop, [&order, &here, start, at] {
            order.push_back(at);
            EXPECT_EQ(here.loop.now() - start, std::chrono::microseconds(at));
        }));
        all.back()->arm_at(start + std::chrono::microseconds(at));
    }
    EXPECT_EQ(here.loop.run(), 5U);
    EXPECT_EQ(order, (std::vector{1, 2, 3, 4, 5}));
}

TEST(timer, never_fires_inside_arm_and_not_before_its_time) {
    virtual_loop here;
    int fired = 0;
    timer one(here.loop, [&] { ++fired; });
    one.arm_after(-1s);
    EXPECT_EQ(fired, 0);
    here.loop.poll();
    EXPECT_EQ(fired, 1);
    one.arm_after(10us);
    here.clock.advance(9us);
    here.loop.poll();
    EXPECT_EQ(fired, 1);
    here.clock.advance(1us);
    here.loop.poll();
    EXPECT_EQ(fired, 2);
}

TEST(timer, rearming_replaces_the_deadline) {
    virtual_loop here;
    int fired = 0;
    timer one(here.loop, [&] { ++fired; });
    one.arm_after(1s);
    one.arm_after(3s);
    here.clock.advance(2s);
    here.loop.poll();
    EXPECT_EQ(fired, 0);
    one.arm_after(1ms);
    here.clock.advance(1ms);
    here.loop.poll();
    EXPECT_EQ(fired, 1);
    EXPECT_EQ(here.loop.work_count(), 0U);
}

TEST(timer, is_work_while_armed_and_a_periodic_one_throughout) {
    virtual_loop here;
    int fired = 0;
    timer one(here.loop, [&] {
        EXPECT_FALSE(one.armed());
        if (++fired < 5) one.arm_after(1s);
    });
    EXPECT_EQ(here.loop.work_count(), 0U);
    one.arm_after(1s);
    one.arm_after(2s);
    EXPECT_EQ(here.loop.work_count(), 1U);
    EXPECT_EQ(here.loop.run(), 5U);
    EXPECT_EQ(here.loop.work_count(), 0U);
    one.arm_at(never);
    EXPECT_FALSE(one.armed());
    one.arm_after(duration::max());
    EXPECT_FALSE(one.armed());
    EXPECT_EQ(here.loop.work_count(), 0U);
}

TEST(timer, one_for_now_armed_by_itself_leaves_room_for_others) {
    virtual_loop here;
    int fired = 0;
    timer one(here.loop, [&] {
        ++fired;
        one.arm_after(0s);
    });
    one.arm_after(0s);
    EXPECT_EQ(here.loop.poll(), 1U);
    EXPECT_EQ(here.loop.poll(), 1U);
}

TEST(repeating_timer, is_due_on_a_grid_and_leaves_out_what_was_missed) {
    virtual_loop here;
    std::vector<duration> at;
    const auto start = here.clock.now();
    timer one(here.loop, [&] { at.push_back(here.clock.now() - start); });
    one.arm_every(1ms, 10ms);
    EXPECT_EQ(here.loop.next_timeout(), duration(1ms));
    for (const duration pause : {1ms, 10ms, 13ms, 7ms, 95ms, 5ms}) {
        here.clock.advance(pause);
        EXPECT_LE(here.loop.poll(), 1U) << "there are no bursts";
    }
    EXPECT_EQ(at, (std::vector<duration>{1ms, 11ms, 24ms, 31ms, 126ms, 131ms}));
    EXPECT_EQ(here.loop.next_timeout(), duration(10ms));
    EXPECT_TRUE(one.armed());
    EXPECT_EQ(here.loop.work_count(), 1U);
    one.disarm();
    EXPECT_FALSE(one.armed());
    EXPECT_EQ(here.loop.work_count(), 0U);
    EXPECT_EQ(here.loop.run(), 0U);
}

TEST(repeating_timer, takes_microseconds_and_no_less) {
    virtual_loop here;
    int fired = 0;
    timer one(here.loop, [&] {
        if (++fired == 1000) one.disarm();
    });
    const auto start = here.clock.now();
    one.arm_every(0s);
    EXPECT_EQ(here.loop.run(), 1000U);
    EXPECT_EQ(here.clock.now() - start, 999us) << "the first one was due at once";
}

TEST(repeating_timer, may_be_armed_otherwise_in_its_function_and_outside) {
    virtual_loop here;
    std::vector<duration> at;
    const auto start = here.clock.now();
    timer one(here.loop, [&] {
        at.push_back(here.clock.now() - start);
        EXPECT_EQ(one.armed(), at.size() <= 4) << "a repeating one is armed throughout";
        if (at.size() == 2) one.arm_every(5ms);
        if (at.size() == 4) one.arm_after(100ms);
    });
    one.arm_after(1h);
    one.arm_every(10ms);
    EXPECT_EQ(here.loop.run(), 5U);
    EXPECT_EQ(at, (std::vector<duration>{10ms, 20ms, 25ms, 30ms, 130ms}));
}

TEST(repeating_timer, waits_for_its_function_also_in_a_nested_turn) {
    virtual_loop here;
    int calls = 0, depth = 0;
    timer one(here.loop, [&] {
        EXPECT_EQ(++depth, 1);
        here.clock.advance(1s);
        here.loop.poll();
        if (++calls == 3) one.disarm();
        --depth;
    });
    one.arm_every(10ms);
    EXPECT_EQ(here.loop.run(), 3U);
    EXPECT_EQ(here.loop.work_count(), 0U);
}

TEST(repeating_timer, goes_on_after_an_exception) {
    virtual_loop here;
    int caught = 0;
    here.loop.on_error([&](std::exception_ptr) { ++caught; });
    timer one(here.loop, [&] { throw 1; });
    one.arm_every(10ms);
    while (caught < 3) here.loop.run_one();
    EXPECT_TRUE(one.armed());
}

TEST(repeating_timer, dies_and_its_loop_dies_in_its_function) {
    virtual_loop here;
    std::optional<timer> one;
    one.emplace(here.loop, [&] { one.reset(); });
    one->arm_every(10ms);
    EXPECT_EQ(here.loop.run(), 1U);
    EXPECT_EQ(here.loop.work_count(), 0U);
    std::optional<event_loop> other(std::in_place);
    timer survivor(*other, [&] { other.reset(); });
    survivor.arm_every(1us);
    other->run();
    EXPECT_FALSE(survivor.armed());
}

TEST(timer, may_be_destroyed_in_its_function_and_in_others) {
    virtual_loop here;
    auto token = std::make_shared<int>(0);
    std::optional<timer> self, other;
    self.emplace(here.loop, [&, token] {
        self.reset();
        other.reset();
        ++*token;
    });
    other.emplace(here.loop, [] { FAIL(); });
    self->arm_after(1s);
    other->arm_after(1s + 1ns);
    EXPECT_EQ(here.loop.run(), 1U);
    EXPECT_EQ(*token, 1);
    EXPECT_EQ(token.use_count(), 1) << "the function died with its timer";
}

TEST(timer, moves_while_armed) {
    virtual_loop here;
    int fired = 0;
    timer first(here.loop, [&] { ++fired; });
    first.arm_after(1s);
    timer second(std::move(first));
    timer third(here.loop, [] { FAIL(); });
    third = std::move(second);
    EXPECT_TRUE(third.armed());
    here.loop.run();
    EXPECT_EQ(fired, 1);
}

TEST(timer, next_timeout_tells_the_earliest) {
    virtual_loop here;
    EXPECT_FALSE(here.loop.next_timeout());
    timer one(here.loop, [] {});
    one.arm_after(5s);
    EXPECT_EQ(here.loop.next_timeout(), duration(5s));
    here.clock.advance(7s);
    EXPECT_EQ(here.loop.next_timeout(), duration(0));
    one.arm_at(time_point::min());
    EXPECT_EQ(here.loop.next_timeout(), duration(0));
    one.disarm();
    EXPECT_FALSE(here.loop.next_timeout());
}

TEST(timer, virtual_time_ends_when_nothing_can_happen) {
    virtual_loop here;
    const work_guard working(here.loop);
    EXPECT_EQ(here.loop.run(), 0U);
    here.loop.restart();
    EXPECT_EQ(here.loop.run_one(), 0U);
    EXPECT_EQ(here.loop.descriptor().error(), errc::no_descriptor);
}

class timer_in_real_time : public on_every_engine {};

TEST_P(timer_in_real_time, real_time_is_finer_than_a_millisecond) {
    event_loop loop(options());
    auto quickest = duration::max();
    for (int i = 0; i < 20; ++i) {
        time_point fired;
        timer one(loop, [&] { fired = std::chrono::steady_clock::now(); });
        const auto start = std::chrono::steady_clock::now();
        one.arm_at(start + 100us);
        loop.restart();
        loop.run();
        EXPECT_GE(fired - start, 100us);
        quickest = std::min(quickest, duration(fired - start));
    }
    EXPECT_LT(quickest, 900us);
}

TEST_P(timer_in_real_time, repeats_without_drift) {
    event_loop loop(options());
    int calls = 0;
    const auto start = std::chrono::steady_clock::now();
    timer one(loop, [&] {
        if (++calls == 20) one.disarm();
    });
    one.arm_every(1ms);
    loop.run();
    EXPECT_EQ(calls, 20);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
}

TEST(timer, lives_in_the_descriptor) {
    event_loop loop;
    timer early(loop, [] {}), late(loop, [] {});
    late.arm_after(1h);
    const int descriptor = *loop.descriptor();
    EXPECT_EQ(descriptor, *loop.descriptor());
    settle(loop);
    EXPECT_FALSE(readable(descriptor));
    early.arm_after(200us);
    settle(loop);
    EXPECT_TRUE(readable(descriptor, 1000ms));
    while (early.armed()) loop.run_ready();
    EXPECT_FALSE(readable(descriptor));
    early.arm_after(200us);
    EXPECT_TRUE(readable(descriptor, 1000ms));
}

TEST_P(timer_in_real_time, deadlines_beyond_all_reason_are_harmless) {
    event_loop loop(options());
    static_cast<void>(loop.descriptor());
    int fired = 0;
    timer one(loop, [&] { ++fired; });
    for (const auto when : {time_point::min(), time_point::min() + 1ns, time_point(-1s)}) {
        one.arm_at(when);
        EXPECT_EQ(loop.run_one(), 1U);
    }
    EXPECT_EQ(fired, 3);
    one.arm_at(never - 1ns);
    settle(loop);
    EXPECT_TRUE(one.armed());
}

TEST(timer, fifty_thousand_cost_nothing_while_idle) {
    event_loop loop;
    const int descriptor = *loop.descriptor();
    std::vector<std::unique_ptr<timer>> all;
    for (int i = 0; i < 50'000; ++i) {
        all.push_back(std::make_unique<timer>(loop, [] {}));
        all.back()->arm_after(1h + std::chrono::milliseconds(i % 1000));
    }
    settle(loop);
    timer end(loop, [] {});
    end.arm_after(200ms);
    settle(loop);
    const auto before = cpu_time_used();
    EXPECT_TRUE(readable(descriptor, 2000ms));
    EXPECT_EQ(loop.run_one(), 1U);
    EXPECT_LT(cpu_time_used() - before, 10ms);
}

WEFT_ON_EVERY_ENGINE(timer_in_real_time);

} // namespace
} // namespace weft::testing
