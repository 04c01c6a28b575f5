// SPDX-License-Identifier: MIT
// What only libev has: a loop that can be destroyed with watchers on it.
#include <weft/hosts/ev.hpp>

#include <ev.h>

#include <chrono>
#include <optional>

#include <gtest/gtest.h>

#include <weft/loop/timer.hpp>
#include <weft/weft.hpp>

namespace weft::testing {
namespace {

/// A libev loop that is destroyed while an event loop stays in it.
class ev_loop_destroyed : public ::testing::Test {
protected:
    struct ev_loop* host = ev_loop_new(EVFLAG_AUTO);
    event_loop loop;
    std::optional<ev_guest> attachment{std::in_place, loop, host};

    void leave() {
        bool done = false;
        attachment->detach([&] { done = true; });
        attachment.reset();
        EXPECT_TRUE(done);
    }

    void expect_of_use() {
        struct ev_loop* const other = ev_loop_new(EVFLAG_AUTO);
        attachment.emplace(loop, other);
        bool ran = false;
        loop.post([&] { ran = true; });
        while (!ran) ev_run(other, EVRUN_NOWAIT);
        attachment.reset();
        ev_run(other, 0); // nothing holds it
        ev_loop_destroy(other);
    }
};

TEST_F(ev_loop_destroyed, before_the_stay_ends) {
    ev_run(host, EVRUN_NOWAIT);
    ev_loop_destroy(host);
    leave();
    expect_of_use();
}

TEST_F(ev_loop_destroyed, before_the_work_ends) {
    timer later(loop, [] {});
    later.arm_after(std::chrono::hours(1));
    ev_loop_destroy(host);
    later.disarm();
    leave();
    expect_of_use();
}

TEST_F(ev_loop_destroyed, before_there_is_work) {
    ev_loop_destroy(host);
    timer later(loop, [] {});
    later.arm_after(std::chrono::hours(1));
    later.disarm();
    attachment.reset();
}

TEST_F(ev_loop_destroyed, before_the_event_loop) {
    ev_loop_destroy(host);
    loop = event_loop();
    leave();
}

} // namespace
} // namespace weft::testing
