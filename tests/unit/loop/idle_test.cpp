// SPDX-License-Identifier: MIT
// An idle loop takes no CPU time, alone and as a guest.
#include <gtest/gtest.h>

#include <weft/loop/guest.hpp>
#include <weft/loop/timer.hpp>

#include "every_engine.hpp"
#include "loop_probes.hpp"

namespace weft::testing {
namespace {

constexpr auto wait_for = 500ms;
constexpr auto hardly_anything = 10ms;

class idle_alone : public on_every_engine {};

TEST_P(idle_alone, sleeps_until_its_deadline) {
    event_loop loop(options());
    timer end(loop, [] {});
    const auto start = std::chrono::steady_clock::now();
    end.arm_after(wait_for);
    const auto cpu = cpu_time_used();
    EXPECT_EQ(loop.run(), 1U);
    EXPECT_GE(std::chrono::steady_clock::now() - start, wait_for);
    EXPECT_LT(cpu_time_used() - cpu, hardly_anything);
}

WEFT_ON_EVERY_ENGINE(idle_alone);

TEST(idle_guest, sleeps_until_its_deadline) {
    event_loop loop;
    int watched = -1;
    function<void()> turn;
    guest stay(loop, {.watch = [&](int descriptor, function<void()> what) -> result<void> {
                          watched = descriptor;
                          turn = std::move(what);
                          return {};
                      },
                      .unwatch = [](function<void()> done) { done(); }});
    timer end(loop, [] {});
    end.arm_after(wait_for);
    const auto cpu = cpu_time_used();
    int turns = 0;
    while (end.armed() && readable(watched, 5000ms)) {
        turn();
        ++turns;
    }
    EXPECT_FALSE(end.armed());
    EXPECT_LE(turns, 4);
    EXPECT_LT(cpu_time_used() - cpu, hardly_anything);
}

} // namespace
} // namespace weft::testing
