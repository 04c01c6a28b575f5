// SPDX-License-Identifier: MIT
// What only sd-event has: a loop that is shared by counting, and that has an end of its own.
#include <weft/hosts/sd_event.hpp>

#include <systemd/sd-event.h>

#include <optional>

#include <gtest/gtest.h>

#include <weft/weft.hpp>

namespace weft::testing {
namespace {

class sd_event_application : public ::testing::Test {
protected:
    sd_event* host = new_host();
    event_loop loop;
    std::optional<sd_event_guest> attachment{std::in_place, loop, host};

    ~sd_event_application() override { sd_event_unref(host); }

    static sd_event* new_host() {
        sd_event* made = nullptr;
        EXPECT_GE(sd_event_new(&made), 0);
        return made;
    }

    void leave() {
        bool done = false;
        attachment->detach([&] { done = true; });
        attachment.reset();
        EXPECT_TRUE(done);
    }

    void expect_served() {
        bool ran = false;
        loop.post([&] { ran = true; });
        while (!ran) ASSERT_GE(sd_event_run(host, UINT64_MAX), 0);
    }
};

TEST_F(sd_event_application, may_let_go_of_the_loop_before_the_stay_ends) {
    expect_served();
    host = sd_event_unref(host);
    leave();
    host = new_host();
    attachment.emplace(loop, host);
    expect_served();
}

TEST_F(sd_event_application, may_let_go_of_the_loop_before_the_event_loop_ends) {
    host = sd_event_unref(host);
    loop = event_loop();
    leave();
}

TEST_F(sd_event_application, may_end_the_loop_for_good_before_the_stay_ends) {
    loop.post([&] { sd_event_exit(host, 7); });
    EXPECT_EQ(sd_event_loop(host), 7);
    EXPECT_EQ(sd_event_get_state(host), SD_EVENT_FINISHED);
    leave();
}

} // namespace
} // namespace weft::testing
