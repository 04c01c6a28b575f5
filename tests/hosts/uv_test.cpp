// SPDX-License-Identifier: MIT
// What only libuv has: handles that it lets go of later, and errors of its own.
#include <weft/hosts/uv.hpp>

#include <uv.h>

#include <functional>
#include <optional>

#include <gtest/gtest.h>

#include <weft/loop/timer.hpp>

namespace weft::testing {
namespace {

TEST(uv_guest, done_says_that_the_loop_can_be_closed) {
    uv_loop_t host;
    ASSERT_EQ(uv_loop_init(&host), 0);
    event_loop loop;
    uv_guest attachment(loop, &host);
    bool done = false;
    attachment.detach([&] { done = true; });
    EXPECT_FALSE(attachment.attached());
    EXPECT_EQ(uv_loop_close(&host), UV_EBUSY);
    while (!done) uv_run(&host, UV_RUN_NOWAIT);
    EXPECT_EQ(uv_loop_close(&host), 0);
}

TEST(uv_guest, the_loop_may_be_closed_once_run_has_returned) {
    uv_loop_t host;
    ASSERT_EQ(uv_loop_init(&host), 0);
    event_loop loop;
    std::optional<uv_guest> attachment(std::in_place, loop, &host);
    bool done = false;
    attachment->detach([&] { done = true; });
    attachment.reset();
    EXPECT_EQ(uv_run(&host, UV_RUN_DEFAULT), 0);
    EXPECT_TRUE(done);
    EXPECT_EQ(uv_loop_close(&host), 0);
}

TEST(uv_guest, tells_what_libuv_says) {
    uv_loop_t host;
    ASSERT_EQ(uv_loop_init(&host), 0);
    event_loop loop;
    uv_poll_t rival;
    ASSERT_EQ(uv_poll_init(&host, &rival, *loop.descriptor()), 0);
    ASSERT_EQ(uv_poll_start(&rival, UV_READABLE, [](uv_poll_t*, int, int) {}), 0);
    EXPECT_EQ(guest::create(loop, uv_host(&host)).error(), std::errc::file_exists);
    uv_close(reinterpret_cast<uv_handle_t*>(&rival), nullptr);
    uv_run(&host, UV_RUN_DEFAULT);
    EXPECT_TRUE(guest::create(loop, uv_host(&host)));
    uv_run(&host, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&host), 0);
}

// --- the application closes what uv_walk shows

/// A loop whose application closes every handle that is not closing, Weft's with them.
class uv_walk_closes : public ::testing::Test {
protected:
    uv_loop_t host;
    event_loop loop;
    std::optional<uv_guest> attachment;
    bool done = false;

    void SetUp() override {
        ASSERT_EQ(uv_loop_init(&host), 0);
        attachment.emplace(loop, &host);
        bool ran = false;
        loop.post([&] { ran = true; });
        while (!ran) uv_run(&host, UV_RUN_ONCE);
    }

    void close_all(uv_close_cb called = nullptr) {
        uv_walk(
            &host,
            [](uv_handle_t* one, void* call) {
                one->data = nullptr; // the application's own field
                if (!uv_is_closing(one)) uv_close(one, *static_cast<uv_close_cb*>(call));
            },
            &called);
    }

    void leave() {
        attachment->detach([this] { done = true; });
        attachment.reset();
    }

    void close_host() {
        EXPECT_EQ(uv_run(&host, UV_RUN_DEFAULT), 0);
        EXPECT_EQ(uv_loop_close(&host), 0);
    }

    /// The loop is none the worse for it, and another host may have it.
    void expect_of_use() {
        uv_loop_t other;
        ASSERT_EQ(uv_loop_init(&other), 0);
        uv_guest again(loop, &other);
        bool ran = false;
        loop.post([&] { ran = true; });
        while (!ran) uv_run(&other, UV_RUN_ONCE);
        again.detach();
        EXPECT_EQ(uv_run(&other, UV_RUN_DEFAULT), 0);
        EXPECT_EQ(uv_loop_close(&other), 0);
    }
};

TEST_F(uv_walk_closes, and_the_stay_ends_before_the_loop_runs) {
    close_all();
    leave();
    EXPECT_FALSE(done) << "libuv still has the handle";
    close_host();
    EXPECT_TRUE(done);
    expect_of_use();
}

TEST_F(uv_walk_closes, and_the_stay_ends_after_the_loop_has_run) {
    close_all();
    EXPECT_EQ(uv_run(&host, UV_RUN_DEFAULT), 0);
    leave();
    EXPECT_TRUE(done);
    close_host();
    expect_of_use();
}

TEST_F(uv_walk_closes, and_the_stay_ends_after_the_loop_has_been_closed) {
    close_all();
    close_host();
    leave();
    EXPECT_TRUE(done);
    expect_of_use();
}

TEST_F(uv_walk_closes, and_the_event_loop_ends_first) {
    timer later(loop, [] {});
    later.arm_after(std::chrono::hours(1)); // work, and then none
    close_all();
    later.disarm();
    loop = event_loop();
    attachment.reset();
    close_host();
}

TEST_F(uv_walk_closes, and_the_stay_ends_in_the_applications_own_callback) {
    static std::function<void()> in_callback;
    static int calls;
    calls = 0;
    in_callback = [&] { leave(); };
    close_all([](uv_handle_t*) {
        ++calls;
        in_callback();
    });
    close_host();
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(done);
}

TEST_F(uv_walk_closes, and_done_is_called_when_the_attachment_has_ended_meanwhile) {
    static int calls;
    calls = 0;
    close_all([](uv_handle_t*) { ++calls; });
    leave();
    close_host();
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(done);
}

TEST_F(uv_walk_closes, in_a_turn_of_wefts) {
    loop.post([&] {
        close_all();
        leave();
    });
    close_host();
    EXPECT_TRUE(done);
    expect_of_use();
}

TEST_F(uv_walk_closes, and_the_stay_had_ended_before) {
    leave();
    close_all();
    close_host();
    EXPECT_TRUE(done);
}

TEST(uv_runner, survives_that_its_handles_were_closed) {
    event_loop loop;
    uv_runner host(loop);
    timer later(loop, [] { ADD_FAILURE() << "the loop has no turns any more"; });
    later.arm_after(std::chrono::hours(1));
    loop.post([&] {
        uv_walk(
            host.host(), [](uv_handle_t* one, void*) { uv_close(one, nullptr); }, nullptr);
    });
    host.run();
    EXPECT_EQ(loop.work_count(), 1U);
}

} // namespace
} // namespace weft::testing
