// SPDX-License-Identifier: MIT
// An idle loop takes no CPU time, alone and as a guest.
#include <gtest/gtest.h>

#include <weft/loop/guest.hpp>
#include <weft/loop/timer.hpp>

#include "loop_probes.hpp"

namespace weft::testing {
namespace {

constexpr auto wait_for = 500ms;
constexpr auto hardly_anything = 10ms;

TEST(idle, a_loop_alone_sleeps_until_its_deadline) {
    event_loop loop;
    timer end(loop, [] {});
    const auto start = std::chrono::steady_clock::now();
    end.arm_after(wait_for);
    const auto cpu = cpu_time_used();
    EXPECT_EQ(loop.run(), 1U);
    EXPECT_GE(std::chrono::steady_clock::now() - start, wait_for);
    EXPECT_LT(cpu_time_used() - cpu, hardly_anything);
}

TEST(idle, a_guest_sleeps_until_its_deadline) {
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
