// SPDX-License-Identifier: MIT
// A stay in a message dispatcher: handlers on the application's thread, and an end at any moment
// that waits for nobody who does not come.
#include <weft/loop/dispatcher_guest.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/loop/timer.hpp>

#include "loop_probes.hpp"
#include "support/in_child.hpp"
#include "support/queue_dispatcher.hpp"

namespace weft::testing {
namespace {

class dispatcher_guest_threads : public ::testing::Test {
protected:
    queue_dispatcher application;
    std::optional<event_loop> loop{std::in_place};
    std::optional<dispatcher_guest> stay{std::in_place, *loop, to_application()};

    dispatch to_application() {
        return [this](function<void()> work) { application.post(std::move(work)); };
    }

    /// Dispatches until `holds`; false when nothing comes for too long.
    template <class Holds>
    bool until(Holds&& holds) {
        while (!holds()) {
            if (!application.call_one(10s)) return false;
        }
        return true;
    }
};

TEST_F(dispatcher_guest_threads, calls_handlers_on_the_applications_thread) {
    const auto here = std::this_thread::get_id();
    std::vector<std::thread::id> threads;
    timer soon(*loop, [&] { threads.push_back(std::this_thread::get_id()); });
    soon.arm_after(1ms);
    EXPECT_TRUE(until([&] { return threads.size() == 1; }));
    loop->post([&] { threads.push_back(std::this_thread::get_id()); });
    EXPECT_TRUE(until([&] { return threads.size() == 2; }));
    std::thread([&] {
        loop->post([&] { threads.push_back(std::this_thread::get_id()); });
    }).join();
    EXPECT_TRUE(until([&] { return threads.size() == 3; }));
    for (const auto& one : threads) EXPECT_EQ(one, here);
}

TEST_F(dispatcher_guest_threads, leaves_the_application_one_message_at_most) {
    std::size_t most = 0;
    int ran = 0;
    for (int i = 0; i < 500; ++i) loop->post([&] { ++ran; });
    while (ran < 500) {
        most = std::max(most, application.size());
        ASSERT_TRUE(application.call_one(10s));
    }
    EXPECT_LE(most, 1U);
    EXPECT_FALSE(application.call_one(20ms)) << "nothing is posted while there is nothing to do";
}

TEST_F(dispatcher_guest_threads, ends_while_it_waits) {
    stay.reset();
    EXPECT_EQ(application.size(), 0U);
}

TEST_F(dispatcher_guest_threads, ends_when_nobody_dispatches) {
    loop->post([] {});
    application.await_one();
    bool done = false;
    stay->detach([&] { done = true; });
    EXPECT_TRUE(done);
    EXPECT_TRUE(application.call_one(0s)) << "what was posted does nothing";
    EXPECT_EQ(loop->poll(), 1U) << "and has left it for later";
}

TEST_F(dispatcher_guest_threads, ends_in_a_turn) {
    bool ended = false;
    loop->post([&] {
        stay.reset();
        ended = true;
    });
    EXPECT_TRUE(until([&] { return ended; }));
}

TEST_F(dispatcher_guest_threads, ends_with_its_loop_in_a_turn) {
    timer soon(*loop, [&] { loop.reset(); });
    soon.arm_after(100us);
    EXPECT_TRUE(until([&] { return !loop; }));
    EXPECT_FALSE(stay->attached());
}

TEST_F(dispatcher_guest_threads, ends_when_the_dispatcher_has_ended) {
    loop->post([] {});
    application.await_one();
    application.close();
    loop->wake();
    stay.reset();
}

TEST_F(dispatcher_guest_threads, asks_again_what_was_dropped) {
    bool ran = false;
    loop->post([&] { ran = true; });
    application.await_one();
    application.close();
    application.open();
    EXPECT_TRUE(until([&] { return ran; }));
}

TEST_F(dispatcher_guest_threads, asks_again_after_an_exception) {
    stay.reset();
    std::atomic<int> asked = 0;
    const dispatcher_guest other(*loop, [&](function<void()> work) {
        if (++asked == 1) throw std::runtime_error("the queue is full");
        application.post(std::move(work));
    });
    bool ran = false;
    loop->post([&] { ran = true; });
    EXPECT_TRUE(until([&] { return ran; }));
    EXPECT_EQ(asked, 2);
}

TEST_F(dispatcher_guest_threads, serves_others_while_a_handler_dispatches) {
    bool over = false;
    int inside = 0;
    loop->post([&] {
        timer every(*loop, [&] { ++inside; });
        every.arm_every(100us);
        EXPECT_TRUE(until([&] { return inside >= 5; }));
        over = true;
    });
    EXPECT_TRUE(until([&] { return over; }));
}

TEST_F(dispatcher_guest_threads, comes_and_goes) {
    for (int i = 0; i < 50; ++i) {
        bool ran = false;
        loop->post([&] { ran = true; });
        EXPECT_TRUE(until([&] { return ran; }));
        stay.reset();
        stay.emplace(*loop, to_application());
    }
}

TEST_F(dispatcher_guest_threads, takes_no_signals) {
    std::error_code no_such_file;
    const auto own = std::filesystem::read_symlink("/proc/thread-self", no_such_file).filename();
    if (no_such_file) GTEST_SKIP() << "no /proc with the signals that a thread blocks";
    constexpr unsigned long long all = 0x7ffbfeff; // but KILL, STOP, and those of real time
    int others = 0;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
        if (thread.path().filename() == own) continue;
        std::ifstream status(thread.path() / "status");
        for (std::string line; std::getline(status, line);) {
            if (!line.starts_with("SigBlk:")) continue;
            others += (std::stoull(line.substr(7), nullptr, 16) & all) == all ? 1 : 0;
        }
    }
    EXPECT_GE(others, 1);
}

TEST(dispatcher_guest, a_child_lets_go_and_the_parent_goes_on) {
    queue_dispatcher application;
    std::optional<event_loop> loop(std::in_place);
    std::optional<dispatcher_guest> stay(std::in_place, *loop, [&](function<void()> work) {
        application.post(std::move(work));
    });
    bool ran = false;
    loop->post([&] { ran = true; });
    application.await_one();
    EXPECT_EQ(in_child([&] {
                  application.call_one(0s); // nothing, here
                  stay.reset();
                  loop.reset();
                  return ran ? 1 : 0;
              }),
              0);
    while (!ran) ASSERT_TRUE(application.call_one(10s));
}

TEST(dispatcher_guest, needs_a_descriptor) {
    event_loop loop({.engine = engine_kind::poll});
    const auto refused = guest::create(loop, dispatcher_host([](function<void()>) {}));
    EXPECT_EQ(refused.error(), errc::no_descriptor);
}

} // namespace
} // namespace weft::testing
