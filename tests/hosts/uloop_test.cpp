// SPDX-License-Identifier: MIT
// What only uloop has: one loop in a process, which ends and begins again.
#include <weft/hosts/uloop.hpp>

extern "C" {
#include <libubox/uloop.h>
}

#include <optional>

#include <gtest/gtest.h>

#include <weft/weft.hpp>

namespace weft::testing {
namespace {

class uloop_application : public ::testing::Test {
protected:
    bool running = uloop_init() == 0;
    event_loop loop;
    std::optional<uloop_guest> attachment{std::in_place, loop};

    ~uloop_application() override { uloop_done(); }

    void leave() {
        bool done = false;
        attachment->detach([&] { done = true; });
        attachment.reset();
        EXPECT_TRUE(done);
    }

    void expect_served() {
        bool ran = false;
        loop.post([&] {
            ran = true;
            uloop_end();
        });
        while (!ran) uloop_run();
    }
};

TEST_F(uloop_application, may_end_uloop_before_the_stay_ends) {
    ASSERT_TRUE(running);
    expect_served();
    uloop_done();
    leave();
    ASSERT_EQ(uloop_init(), 0);
    attachment.emplace(loop);
    expect_served();
}

TEST_F(uloop_application, may_end_and_begin_uloop_before_the_stay_ends) {
    ASSERT_TRUE(running);
    expect_served();
    uloop_done();
    ASSERT_EQ(uloop_init(), 0);
    leave();
    attachment.emplace(loop);
    expect_served();
}

TEST_F(uloop_application, may_end_uloop_before_the_event_loop_ends) {
    uloop_done();
    loop = event_loop();
    leave();
}

} // namespace
} // namespace weft::testing
