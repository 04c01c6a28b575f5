// SPDX-License-Identifier: MIT
// Loops for several cores: at the same time, until all have ended. Also run by ThreadSanitizer.
#include <weft/loop/event_loops.hpp>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <optional>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/loop/timer.hpp>
#include <weft/loop/virtual_clock.hpp>

#include "support/joined_thread.hpp"

#include "every_engine.hpp"
#include "loop_probes.hpp"

namespace weft::testing {
namespace {

class event_loops_threads : public on_every_engine {};

TEST_P(event_loops_threads, are_as_many_as_asked_for_or_as_there_are_cores) {
    EXPECT_EQ(event_loops(3, options()).size(), 3U);
    EXPECT_EQ(event_loops(0, options()).size(), std::max(std::thread::hardware_concurrency(), 1U));
    event_loops two(2, options());
    for (auto& one : two) EXPECT_EQ(one.engine(), GetParam());
}

TEST(event_loops_of_virtual_time, share_no_clock) {
    virtual_clock clock;
    loop_options options{.engine = engine_kind::virtual_time};
    options.clock = &clock;
    EXPECT_EQ(event_loops(1, options).size(), 1U);
    try {
        event_loops two(2, options);
        FAIL() << "a clock belongs to one thread";
    } catch (const std::system_error& why) {
        EXPECT_EQ(why.code(), errc::bad_argument);
        EXPECT_NE(std::string(why.what()).find("loop_options::clock"), std::string::npos);
    }
}

TEST_P(event_loops_threads, run_at_the_same_time) {
    event_loops loops(3, options());
    std::barrier all(3); // nobody passes before each of them has come
    std::vector<std::thread::id> on(3);
    for (std::size_t i = 0; i < loops.size(); ++i) {
        loops[i].post([&, i] {
            all.arrive_and_wait();
            on[i] = std::this_thread::get_id();
        });
    }
    loops.run();
    EXPECT_EQ(on[0], std::this_thread::get_id());
    EXPECT_EQ(std::set(on.begin(), on.end()).size(), 3U);
}

TEST_P(event_loops_threads, run_until_the_last_has_no_work) {
    event_loops loops(2, options());
    timer late(loops[1], [] {});
    late.arm_after(5ms);
    loops.run();
    EXPECT_FALSE(late.armed());
    EXPECT_TRUE(loops[0].stopped());
    EXPECT_TRUE(loops[1].stopped());
}

TEST_P(event_loops_threads, stop_ends_all_and_restart_begins_again) {
    event_loops loops(2, options());
    std::optional<work_guard> first(loops[0]), second(loops[1]);
    for (int i = 0; i < 2; ++i) {
        loops[1].post([&] { loops.stop(); });
        loops.run();
        EXPECT_EQ(loops[0].work_count(), 1U);
        loops.restart();
    }
    first.reset();
    second.reset();
    loops.run();
}

TEST_P(event_loops_threads, wake_interrupts_each) {
    event_loops loops(2, options());
    std::vector<std::unique_ptr<interrupt_counter>> counters;
    std::vector<std::unique_ptr<work_guard>> working;
    for (auto& one : loops) {
        counters.push_back(std::make_unique<interrupt_counter>(one));
        working.push_back(std::make_unique<work_guard>(one));
    }
    joined_thread other([&] {
        loops.wake();
        for (std::size_t i = 0; i < 2; ++i) loops[i].post([&, i] { working[i]->reset(); });
    });
    loops.run();
    for (const auto& one : counters) EXPECT_EQ(one->count, 1);
}

TEST_P(event_loops_threads, belong_to_the_caller_before_and_after) {
    event_loops loops(2, options());
    std::vector<std::unique_ptr<timer>> timers;
    int expired = 0;
    for (auto& one : loops) {
        timers.push_back(std::make_unique<timer>(one, [&] { ++expired; }));
        EXPECT_TRUE(one.driver().called_by_owner("a test"));
    }
    for (int i = 0; i < 2; ++i) {
        timers[1]->arm_after(0s);
        loops.run();
        loops.restart();
        for (auto& one : loops) EXPECT_TRUE(one.driver().called_by_owner("a test"));
    }
    EXPECT_EQ(expired, 2);
}

WEFT_ON_EVERY_ENGINE(event_loops_threads);

} // namespace
} // namespace weft::testing
