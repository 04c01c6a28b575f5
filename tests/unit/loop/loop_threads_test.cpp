// SPDX-License-Identifier: MIT
// Other threads: post, wake and stop, and what debug builds say to anything else.
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <weft/loop/timer.hpp>

#include "every_engine.hpp"
#include "loop_probes.hpp"
#include "sockets.hpp"

namespace weft::testing {
namespace {

class loop_threads : public on_every_engine {};

TEST_P(loop_threads, posts_from_many_threads_all_run) {
    event_loop loop(options());
    constexpr int threads = 4, each = 2000;
    int ran = 0;
    work_guard working(loop);
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i) {
        all.emplace_back([&] {
            for (int k = 0; k < each; ++k) {
                loop.post([&] {
                    if (++ran == threads * each) working.reset();
                });
            }
        });
    }
    EXPECT_EQ(loop.run(), static_cast<std::size_t>(threads * each));
    for (auto& one : all) one.join();
    EXPECT_EQ(ran, threads * each);
}

/// With a budget of one handler a turn is one post: what a socket holds is read in between.
TEST_P(loop_threads, posts_that_wait_do_not_hold_up_what_is_ready) {
    event_loop loop(options());
    constexpr int posts = 500;
    int ran = 0;
    std::thread([&] {
        for (int k = 0; k < posts; ++k) loop.post([&] { ++ran; });
    }).join();
    connected_pair pair(loop);
    pair.peer_sends("hello");
    while (ran < posts && pair.sink.text.empty()) loop.run_one();
    EXPECT_EQ(pair.sink.text, "hello");
    EXPECT_LT(ran, 10);
    pair.stream->close();
    while (ran < posts) loop.run_one();
}

/// A function that posts itself again is no reason either.
TEST_P(loop_threads, posts_that_never_end_do_not_hold_up_what_is_ready) {
    event_loop loop(options());
    int ran = 0;
    std::function<void()> again = [&] {
        ++ran;
        loop.post([&] { again(); });
    };
    again();
    connected_pair pair(loop);
    pair.sink.when_received = [&] { loop.post([] {}); };
    for (const std::size_t expected : {1U, 2U}) {
        pair.peer_sends("x");
        while (ran < 500 && pair.sink.calls < expected) loop.run_one();
        EXPECT_EQ(pair.sink.calls, expected);
    }
    EXPECT_LT(ran, 50);
    pair.stream->close();
}

TEST(guest_threads, posts_reach_a_guest) {
    event_loop loop;
    const int descriptor = *loop.descriptor();
    constexpr int posts = 2000;
    int ran = 0;
    std::thread other([&] {
        for (int k = 0; k < posts; ++k) loop.post([&] { ++ran; });
    });
    while (ran < posts && readable(descriptor, 5000ms)) loop.run_ready({1, duration::max()});
    other.join();
    EXPECT_EQ(ran, posts);
}

TEST_P(loop_threads, wakes_are_handled_and_stop_is_obeyed) {
    event_loop loop(options());
    const work_guard working(loop);
    interrupt_counter counter(loop);
    std::thread other([&] {
        for (int k = 0; k < 1000; ++k) loop.wake();
        loop.stop();
    });
    loop.run();
    other.join();
    loop.poll();
    EXPECT_GE(counter.count, 1);
    EXPECT_TRUE(loop.stopped());
}

TEST_P(loop_threads, a_loop_that_was_stopped_may_be_destroyed_at_once) {
    for (int i = 0; i < 200; ++i) {
        std::optional<event_loop> loop(std::in_place, options());
        std::optional<work_guard> working(*loop);
        std::thread other([&] { loop->stop(); });
        loop->run();
        working.reset();
        loop.reset();
        other.join();
    }
}

TEST_P(loop_threads, a_loop_that_was_woken_may_be_destroyed_at_once) {
    for (int i = 0; i < 200; ++i) {
        std::optional<event_loop> loop(std::in_place, options());
        std::optional<interrupt_counter> counter(*loop);
        std::thread other([&] { loop->wake(); });
        while (counter->count == 0) loop->poll();
        counter.reset();
        loop.reset();
        other.join();
    }
}

TEST_P(loop_threads, a_loop_may_be_run_by_another_thread_than_before) {
    event_loop loop(options());
    timer one(loop, [] {});
    one.arm_after(1ms);
    std::thread([&] { EXPECT_EQ(loop.run(), 1U); }).join();
    loop.restart();
    loop.post([&] { one.arm_after(1ms); });
    EXPECT_EQ(loop.run(), 2U);
}

TEST_P(loop_threads, posted_functions_die_where_they_should) {
    auto token = std::make_shared<int>(0);
    std::optional<event_loop> loop(std::in_place, options());
    std::thread([&, mine = token]() mutable { loop->post([mine = std::move(mine)] {}); }).join();
    loop.reset();
    EXPECT_EQ(token.use_count(), 1);
}

WEFT_ON_EVERY_ENGINE(loop_threads);

} // namespace
} // namespace weft::testing
