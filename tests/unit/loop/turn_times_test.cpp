// SPDX-License-Identifier: MIT
// The histogram of turn times.
#include <gtest/gtest.h>

#include <chrono>
#include <numeric>

#include <weft/loop/timer.hpp>

#include "every_engine.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

std::uint64_t turns_in(const weft::turn_times& times) {
    return std::accumulate(times.counts.begin(), times.counts.end(), std::uint64_t{0});
}

/// Keeps the loop busy for `time`.
void occupy(event_loop& loop, std::chrono::milliseconds time) {
    loop.post([time] {
        const auto until = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < until) continue;
    });
    loop.run();
    loop.restart();
}

class turn_times_of_a_loop : public on_every_engine {};

TEST_P(turn_times_of_a_loop, count_the_time_in_handlers_and_not_the_wait) {
    auto measured = options();
    measured.measure_turns = true;
    event_loop loop(measured);
    occupy(loop, 6ms);
    const auto times = loop.turn_times();
    EXPECT_GE(times.longest, 6ms);
    EXPECT_GE(times.sum, times.longest);
    EXPECT_GE(turns_in(times), 1U);
    timer end(loop, [] {});
    end.arm_after(300ms);
    loop.run();
    EXPECT_LT(loop.turn_times().sum - times.sum, 200ms);
}

TEST_P(turn_times_of_a_loop, are_off_by_default) {
    event_loop loop(options());
    occupy(loop, 1ms);
    EXPECT_EQ(turns_in(loop.turn_times()), 0U);
}

WEFT_ON_EVERY_ENGINE(turn_times_of_a_loop);

TEST(turn_times, are_counted_up_to_and_including_each_bound) {
    weft::turn_times times;
    times.add(0us);
    times.add(100us);
    times.add(101us);
    times.add(1s);
    times.add(2s);
    EXPECT_EQ(times.counts, (std::array<std::uint64_t, 9>{2, 1, 0, 0, 0, 0, 0, 1, 1}));
    EXPECT_EQ(times.longest, 2s);
    EXPECT_EQ(times.sum, 3s + 201us);
}

TEST(turn_times, of_several_loops_are_added) {
    weft::turn_times times, others;
    times.add(1ms);
    others.add(3s);
    times += others;
    others.add(2ms);
    times += others;
    EXPECT_EQ(turns_in(times), 4U);
    EXPECT_EQ(times.longest, 3s);
    EXPECT_EQ(times.sum, 6s + 3ms);
}

TEST(turn_times, are_a_text_for_prometheus) {
    weft::turn_times times;
    times.add(500us);
    times.add(20ms);
    const auto text = prometheus_text(times, "app");
    const auto has = [&](std::string_view line) {
        return ("\n" + text).find("\n" + std::string(line) + "\n") != text.npos;
    };
    EXPECT_TRUE(has("# TYPE app_turn_seconds histogram")) << text;
    EXPECT_TRUE(has("app_turn_seconds_bucket{le=\"0.0001\"} 0")) << text;
    EXPECT_TRUE(has("app_turn_seconds_bucket{le=\"0.001\"} 1")) << text;
    EXPECT_TRUE(has("app_turn_seconds_bucket{le=\"+Inf\"} 2")) << text;
    EXPECT_TRUE(has("app_turn_seconds_sum 0.0205")) << text;
    EXPECT_TRUE(has("app_turn_seconds_count 2")) << text;
    EXPECT_TRUE(has("app_longest_turn_seconds 0.02")) << text;
}

} // namespace
} // namespace weft::testing
