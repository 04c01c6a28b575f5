// SPDX-License-Identifier: MIT
// A host that belongs to Weft, of each library: it runs for as long as there is work, stops when it
// is asked to stop, and runs again.
#include <weft/loop/runner.hpp>

#include <chrono>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include <weft/loop/timer.hpp>

#include "host_loops/host_loops.hpp"
#include "support/joined_thread.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

class runner_of : public ::testing::TestWithParam<weft_tool::host_loop> {
protected:
    std::optional<event_loop> loop{std::in_place};
    std::unique_ptr<runner> host = GetParam().make(*loop);
};

TEST_P(runner_of, without_work_returns_at_once) {
    host->run();
    host->run();
}

TEST_P(runner_of, lasts_as_long_as_the_work_and_runs_again) {
    int fired = 0;
    for (int i = 1; i <= 3; ++i) {
        timer second(*loop, [&] { ++fired; });
        timer first(*loop, [&] { second.arm_after(1ms); });
        first.arm_after(1ms);
        host->run();
        EXPECT_EQ(fired, i);
    }
}

TEST_P(runner_of, goes_on_with_work_that_begins_in_the_last_handler) {
    bool second = false;
    loop->post([&] { loop->post([&] { second = true; }); });
    host->run();
    EXPECT_TRUE(second);
}

TEST_P(runner_of, stops_while_there_is_work) {
    const work_guard working(*loop);
    for (int i = 0; i < 3; ++i) {
        loop->post([&] { host->stop(); });
        host->run();
        EXPECT_NE(loop->work_count(), 0U);
    }
}

TEST_P(runner_of, that_was_stopped_before_returns_at_once) {
    const work_guard working(*loop);
    host->stop();
    host->run();
    loop->post([&] { host->stop(); });
    host->run(); // which that stop did not end
    EXPECT_NE(loop->work_count(), 0U);
}

TEST_P(runner_of, with_threads_stops_by_a_posted_call) {
    const work_guard working(*loop);
    joined_thread other([&] { loop->post([&] { host->stop(); }); });
    host->run();
}

TEST_P(runner_of, outlives_its_loop) {
    const work_guard working(*loop);
    loop->post([&] { loop.reset(); });
    host->run();
    host->run();
}

TEST_P(runner_of, may_be_made_a_hundred_times) {
    bool fired = false;
    for (int i = 0; i < 100; ++i) {
        host.reset();
        host = GetParam().make(*loop);
    }
    loop->post([&] { fired = true; });
    host->run();
    EXPECT_TRUE(fired);
}

INSTANTIATE_TEST_SUITE_P(, runner_of,
                         ::testing::ValuesIn(weft_tool::host_loop_registration::all()),
                         [](const auto& one) { return std::string(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(runner_of);

} // namespace
} // namespace weft::testing
