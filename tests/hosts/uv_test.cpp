// SPDX-License-Identifier: MIT
// What only libuv has: handles that it lets go of later, and errors of its own.
#include <weft/hosts/uv.hpp>

#include <uv.h>

#include <optional>

#include <gtest/gtest.h>

namespace weft::testing {
namespace {

TEST(uv_guest, done_says_that_the_loop_can_be_closed) {
    uv_loop_t host;
    ASSERT_EQ(uv_loop_init(&host), 0);
    event_loop loop;
    uv_guest stay(loop, &host);
    bool done = false;
    stay.detach([&] { done = true; });
    EXPECT_FALSE(stay.attached());
    EXPECT_EQ(uv_loop_close(&host), UV_EBUSY);
    while (!done) uv_run(&host, UV_RUN_NOWAIT);
    EXPECT_EQ(uv_loop_close(&host), 0);
}

TEST(uv_guest, the_loop_may_be_closed_in_done) {
    uv_loop_t host;
    ASSERT_EQ(uv_loop_init(&host), 0);
    event_loop loop;
    std::optional<uv_guest> stay(std::in_place, loop, &host);
    int closed = UV_EBUSY;
    stay->detach([&] { closed = uv_loop_close(&host); });
    stay.reset();
    uv_run(&host, UV_RUN_DEFAULT);
    if (closed == UV_EBUSY) closed = uv_loop_close(&host); // libuv counts the closing one still
    EXPECT_EQ(closed, 0);
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

} // namespace
} // namespace weft::testing
