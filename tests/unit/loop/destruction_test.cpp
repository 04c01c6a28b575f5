// SPDX-License-Identifier: MIT
// The loop destroyed in each kind of callback, under each way of turning.
#include <optional>
#include <tuple>

#include <gtest/gtest.h>

#include <weft/loop/timer.hpp>

#include "loop_probes.hpp"

namespace weft::testing {
namespace {

/// How the loop is made to turn; it is gone afterwards.
using turning = void (*)(std::optional<event_loop>&);

constexpr turning ways[] = {
    [](std::optional<event_loop>& loop) { loop->run(); },
    [](std::optional<event_loop>& loop) { loop->run_one(); },
    [](std::optional<event_loop>& loop) { loop->poll(); },
    [](std::optional<event_loop>& loop) { loop->poll_one(); },
    [](std::optional<event_loop>& loop) { loop->run_ready(); },
};

class destruction : public ::testing::TestWithParam<std::tuple<engine_kind, turning>> {
public:
    std::optional<event_loop> loop{std::in_place,
                                   loop_options{.engine = std::get<engine_kind>(GetParam())}};
    bool called = false;

    void expect_the_end() {
        std::get<turning>(GetParam())(loop);
        EXPECT_TRUE(called);
        EXPECT_FALSE(loop);
    }
    void end() {
        called = true;
        loop.reset();
    }
};

TEST_P(destruction, in_a_posted_function) {
    loop->post([this] { end(); });
    loop->post([] { FAIL() << "after the end"; });
    expect_the_end();
}

TEST_P(destruction, in_a_timer) {
    timer one(*loop, [this] { end(); });
    timer two(*loop, [] { FAIL() << "after the end"; });
    one.arm_after(-2s);
    two.arm_after(-1s);
    expect_the_end();
    one.arm_after(0s);
}

TEST_P(destruction, in_a_task_with_more_behind_it) {
    struct ending final : work_item {
        destruction& here;
        explicit ending(destruction& in) : here(in) {}
        void run() noexcept override { here.end(); }
    };
    const auto state = loop->state();
    ending one(*this);
    loop->driver().defer(one);
    const work_guard working(*loop);
    expect_the_end();
}

TEST_P(destruction, in_on_error) {
    loop->on_error([this](std::exception_ptr) { end(); });
    loop->post([] { throw 1; });
    expect_the_end();
}

TEST_P(destruction, in_an_interrupt) {
    struct ending final : driver_observer {
        destruction& here;
        explicit ending(destruction& in) : here(in) { here.loop->driver().enroll(*this); }
        void on_interrupt() override { here.end(); }
        void on_driver_closed() noexcept override {}
    };
    ending one(*this);
    const work_guard working(*loop);
    loop->wake();
    expect_the_end();
}

TEST_P(destruction, in_a_shutdowns_done) {
    loop->shutdown(1s, [this] { end(); });
    expect_the_end();
}

TEST_P(destruction, in_a_nested_turn) {
    loop->post([this] {
        loop->post([this] { end(); });
        loop->poll();
        EXPECT_FALSE(loop);
    });
    expect_the_end();
}

INSTANTIATE_TEST_SUITE_P(ways, destruction,
                         ::testing::Combine(::testing::ValuesIn(available_engines()),
                                            ::testing::ValuesIn(ways)));

TEST(loop_life, a_pending_done_is_called_once_when_it_is_destroyed) {
    int done = 0;
    {
        event_loop loop;
        loop.shutdown(1s, [&] { ++done; });
    }
    EXPECT_EQ(done, 1);
}

TEST(loop_life, observers_are_notified_of_the_end) {
    std::optional<event_loop> loop(std::in_place);
    interrupt_counter one(*loop);
    loop.reset();
    EXPECT_TRUE(one.closed);
}

} // namespace
} // namespace weft::testing
