// SPDX-License-Identifier: MIT
// Tasks on a manual driver: values, exceptions, sleeping, stopping, racing two, and their ends.
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/spawn.hpp>
#include <weft/stream/when_any.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "probes.hpp"
#include "support/allocations.hpp"
#include "support/stop_source.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using testing::has_stop_tokens;
using testing::no_stop_tokens;
using testing::stop_source;

class tasks : public ::testing::Test {
protected:
    std::optional<manual_driver> driver{std::in_place, at(0)};
    std::string output;
    std::string thrown;

    void SetUp() override {
        driver->on_error([this](const std::exception_ptr& what) {
            try {
                std::rethrow_exception(what);
            } catch (const std::exception& error) {
                thrown += error.what();
            }
        });
    }

    void pass(duration time) {
        driver->advance(driver->now() + time);
        driver->settle();
    }

    static task<int> number(int value) { co_return value; }

    task<int> late(duration time, int value) {
        const auto slept = co_await driver->sleep(time);
        output += slept ? "late " : "stopped ";
        co_return value;
    }

    static task<int> throws() {
        throw std::runtime_error("oh");
        co_return 0;
    }

    task<void> throws_late() {
        co_await driver->sleep(1s);
        throw std::runtime_error("late oh");
    }
};

TEST_F(tasks, begin_in_the_next_turn_and_count_as_work) {
    spawn(*driver, [this]() -> task<> {
        output += "ran";
        co_return;
    });
    EXPECT_EQ(output, "");
    driver->settle();
    EXPECT_EQ(output, "ran");
    EXPECT_FALSE(driver->waiting());
}

TEST_F(tasks, return_values_of_any_kind) {
    spawn(*driver, [this]() -> task<> {
        output += std::to_string(co_await number(3));
        output += std::to_string(co_await late(2s, 4));
        auto owned = co_await [](std::unique_ptr<int> in) -> task<std::unique_ptr<int>> {
            co_return in;
        }(std::make_unique<int>(5));
        output += std::to_string(*owned);
    });
    driver->settle();
    EXPECT_EQ(output, "3");
    pass(2s);
    EXPECT_EQ(output, "3late 45");
}

TEST_F(tasks, that_are_never_awaited_never_begin) {
    {
        auto unused = late(0s, 1);
        auto moved = std::move(unused);
    }
    driver->settle();
    EXPECT_EQ(output, "");
}

TEST_F(tasks, pass_exceptions_on_to_who_awaits_them) {
    spawn(*driver, [this]() -> task<> {
        try {
            co_await throws();
        } catch (const std::runtime_error& what) {
            output += what.what();
        }
        try {
            co_await throws_late();
        } catch (const std::runtime_error& what) {
            output += what.what();
        }
    });
    pass(0s);
    pass(1s);
    EXPECT_EQ(output, "ohlate oh");
    EXPECT_EQ(thrown, "");
}

TEST_F(tasks, pass_exceptions_that_nobody_catches_to_on_error) {
    spawn(*driver, throws_late());
    pass(0s);
    pass(1s);
    EXPECT_EQ(thrown, "late oh");
}

TEST_F(tasks, need_no_stack_for_a_long_loop) {
    int sum = 0;
    spawn(*driver, [&]() -> task<> {
        for (int i = 0; i < 100'000; ++i) sum += co_await number(1);
        co_await driver->sleep(0s);
        for (int i = 0; i < 100'000; ++i) sum += co_await number(1);
    });
    driver->settle();
    EXPECT_EQ(sum, 200'000);
}

TEST_F(tasks, sleep_until_their_deadline_and_not_longer) {
    spawn(*driver, [this]() -> task<> {
        co_await driver->sleep(5s);
        output += "a";
        co_await driver->sleep(-1s);
        output += "b";
        co_await driver->sleep(duration::max());
        output += "never";
    });
    driver->settle();
    EXPECT_EQ(driver->next_deadline(), at(0) + 5s);
    pass(4s);
    EXPECT_EQ(output, "");
    pass(1s);
    EXPECT_EQ(output, "ab");
    pass(1000h);
    EXPECT_EQ(output, "ab");
}

TEST_F(tasks, keep_a_function_and_its_captures_until_the_end) {
    auto kept = std::make_shared<int>(1);
    spawn(*driver, [this, kept]() -> task<> {
        co_await driver->sleep(1s);
        output += std::to_string(*kept);
    });
    driver->settle();
    EXPECT_EQ(kept.use_count(), 2);
    pass(1s);
    EXPECT_EQ(output, "1");
    EXPECT_EQ(kept.use_count(), 1);
}

TEST_F(tasks, stop_at_what_they_wait_for_and_wait_for_nothing_after_that) {
    if (!has_stop_tokens) GTEST_SKIP() << no_stop_tokens;
    stop_source stop;
    spawn(
        *driver,
        [this]() -> task<> {
            output += std::to_string(co_await late(1h, 1));
            const auto again = co_await driver->sleep(1h);
            output += again.error() == std::errc::operation_canceled ? " stopped" : " slept";
        },
        stop.get_token());
    driver->settle();
    stop.request_stop();
    EXPECT_EQ(output, "");
    driver->settle();
    EXPECT_EQ(output, "stopped 1 stopped");
}

TEST_F(tasks, that_are_stopped_before_they_begin_still_run_to_their_end) {
    if (!has_stop_tokens) GTEST_SKIP() << no_stop_tokens;
    stop_source stop;
    stop.request_stop();
    spawn(
        *driver, [this]() -> task<> { co_await late(1h, 1); }, stop.get_token());
    driver->settle();
    EXPECT_EQ(output, "stopped ");
}

TEST_F(tasks, that_have_ended_do_not_mind_a_stop) {
    if (!has_stop_tokens) GTEST_SKIP() << no_stop_tokens;
    stop_source stop;
    spawn(
        *driver, []() -> task<> { co_await number(1); }, stop.get_token());
    driver->settle();
    stop.request_stop();
    driver->settle();
    spawn(
        *driver, [this]() -> task<> { co_await driver->sleep(1s); }, stop.get_token());
    driver.reset();
    stop = stop_source();
}

TEST_F(tasks, race_and_the_slower_one_is_stopped) {
    spawn(*driver, [this]() -> task<> {
        const auto first = co_await when_any(late(2s, 2), late(1s, 1));
        output += std::to_string(first.index()) + std::to_string(std::get<1>(first)) + " ";
        const auto timed = co_await when_any(driver->sleep(1s), late(3s, 7));
        output += std::to_string(timed.index()) + " ";
        const auto at_once = co_await when_any(number(9), late(0s, 1));
        output += std::to_string(std::get<0>(at_once)) + " ";
        const auto second = co_await when_any(late(1h, 1), number(8));
        output += std::to_string(std::get<1>(second));
    });
    for (int i = 0; i < 5; ++i) pass(1s);
    EXPECT_EQ(output, "late stopped 11 stopped 0 9 stopped 8");
    EXPECT_EQ(driver->next_deadline(), never);
}

TEST_F(tasks, race_in_races) {
    spawn(*driver, [this]() -> task<> {
        auto inner = when_any(driver->sleep(3s), driver->sleep(4s));
        const auto first = co_await when_any(std::move(inner), driver->sleep(2s));
        output += std::to_string(first.index());
        const auto second =
            co_await when_any(driver->sleep(9s), when_any(driver->sleep(3s), driver->sleep(1s)));
        output += std::to_string(std::get<1>(second).index());
    });
    for (int i = 0; i < 4; ++i) pass(1s);
    EXPECT_EQ(output, "11");
    EXPECT_EQ(driver->next_deadline(), never);
}

TEST_F(tasks, race_and_both_are_stopped_together) {
    if (!has_stop_tokens) GTEST_SKIP() << no_stop_tokens;
    stop_source stop;
    spawn(
        *driver,
        [this]() -> task<> {
            const auto first = co_await when_any(late(1h, 1), late(1h, 2));
            output += std::to_string(first.index());
        },
        stop.get_token());
    driver->settle();
    stop.request_stop();
    driver->settle();
    EXPECT_EQ(output, "stopped stopped 0");
}

TEST_F(tasks, race_and_throw_what_the_first_one_threw) {
    spawn(*driver, [this]() -> task<> {
        try {
            co_await when_any(driver->sleep(1h), throws_late());
        } catch (const std::exception& what) {
            output += what.what();
        }
        auto fails_when_stopped = [this]() -> task<> {
            co_await driver->sleep(1h);
            throw std::runtime_error("loser");
        };
        co_await when_any(driver->sleep(1s), fails_when_stopped());
    });
    for (int i = 0; i < 3; ++i) pass(1s);
    EXPECT_EQ(output, "late oh");
    EXPECT_EQ(thrown, "loser");
}

TEST_F(tasks, end_with_their_driver_wherever_they_are_suspended) {
    auto kept = std::make_shared<int>();
    auto inner = [this](std::shared_ptr<int>) -> task<> { co_await driver->sleep(1h); };
    spawn(*driver, [&, mine = kept]() -> task<> { co_await when_any(inner(kept), inner(kept)); });
    spawn(*driver, inner(kept)); // never begins
    driver->advance(at(0), {1, duration::max()});
    EXPECT_EQ(kept.use_count(), 5);
    driver.reset();
    EXPECT_EQ(kept.use_count(), 1);
}

TEST_F(tasks, allocate_frames_and_nothing_else) {
    std::size_t count = 1;
    spawn(*driver, [&]() -> task<> {
        co_await driver->sleep(1s); // the timer queue has its memory now
        co_await when_any(driver->sleep(1s), driver->sleep(2s));
        const testing::allocation_counter counted;
        for (int i = 0; i < 10; ++i) {
            co_await driver->sleep(1s);
            co_await when_any(driver->sleep(1s), driver->sleep(2s));
        }
        count = counted.count();
    });
    for (int i = 0; i < 40; ++i) pass(1s);
    EXPECT_EQ(count, 0U);
}

} // namespace
} // namespace weft
