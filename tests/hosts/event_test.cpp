// SPDX-License-Identifier: MIT
// What only libevent has: a base that shows all of its events, and whose owner deletes them.
#include <weft/hosts/event.hpp>

#include <event2/event.h>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include <weft/loop/timer.hpp>
#include <weft/weft.hpp>

namespace weft::testing {
namespace {

/// A base whose application deletes every event that it is shown.
class event_foreach_deletes : public ::testing::Test {
protected:
    std::unique_ptr<event_base, void (*)(event_base*)> host{event_base_new(), event_base_free};
    event_loop loop;
    std::optional<event_guest> attachment{std::in_place, loop, host.get()};

    void delete_all() {
        std::vector<const ::event*> shown;
        event_base_foreach_event(
            host.get(),
            [](const event_base*, const ::event* one, void* into) {
                static_cast<std::vector<const ::event*>*>(into)->push_back(one);
                return 0;
            },
            &shown);
        EXPECT_FALSE(shown.empty());
        for (const ::event* one : shown) event_del(const_cast<::event*>(one));
    }

    void leave() {
        bool done = false;
        attachment->detach([&] { done = true; });
        attachment.reset();
        EXPECT_TRUE(done);
        EXPECT_EQ(event_base_dispatch(host.get()), 1) << "the base has no events";
    }

    void expect_served() {
        bool ran = false;
        loop.post([&] { ran = true; });
        while (!ran) event_base_loop(host.get(), EVLOOP_NONBLOCK);
    }
};

TEST_F(event_foreach_deletes, without_work) {
    expect_served();
    delete_all();
    leave();
}

TEST_F(event_foreach_deletes, with_work_that_ends_later) {
    timer later(loop, [] {});
    later.arm_after(std::chrono::hours(1));
    delete_all();
    later.disarm();
    leave();
}

TEST_F(event_foreach_deletes, in_a_turn_of_wefts) {
    bool ran = false;
    loop.post([&] {
        delete_all();
        ran = true;
    });
    while (!ran) event_base_loop(host.get(), EVLOOP_NONBLOCK);
    leave();
}

TEST_F(event_foreach_deletes, and_the_loop_stays_again) {
    delete_all();
    attachment.emplace(loop, host.get());
    attachment.reset();
    attachment.emplace(loop, host.get());
    expect_served();
    leave();
}

} // namespace
} // namespace weft::testing
