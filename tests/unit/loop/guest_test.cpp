// SPDX-License-Identifier: MIT
// A stay in a host: watching, work, leaving in every order and from every callback.
#include <weft/loop/guest.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/loop/timer.hpp>

#include "loop_probes.hpp"

namespace weft::testing {
namespace {

/// A host of one descriptor that notes its calls.
struct toy_host {
    std::vector<std::string> log;
    int descriptor = -1;
    function<void()> turn;
    function<void()> done;
    bool done_at_once = true;
    std::error_code refusal;
    function<void()> when_watching, when_leaving, when_notified;

    static void call_once(function<void()>& which) {
        if (auto mine = std::exchange(which, nullptr)) mine();
    }

    host_ops ops() {
        return {
            .watch = [this](int which, function<void()> what) -> result<void> {
                log.push_back("watch");
                call_once(when_watching);
                if (refusal) return failure(refusal);
                descriptor = which;
                turn = std::move(what);
                return {};
            },
            .unwatch = [this](function<void()> then) {
                log.push_back("unwatch");
                call_once(when_leaving);
                done = std::move(then);
                if (done_at_once) done();
            },
            .work = [this](bool any) {
                log.push_back(any ? "work" : "no work");
                call_once(when_notified);
            },
        };
    }

    /// Runs as long as the descriptor is readable.
    int run() {
        int turns = 0;
        for (; turns < 1000 && readable(descriptor); ++turns) turn();
        return turns;
    }
};

using entries = std::vector<std::string>;

TEST(guest, watches_turns_and_leaves) {
    toy_host host;
    event_loop loop;
    int ran = 0;
    {
        guest attachment(loop, host.ops());
        EXPECT_TRUE(attachment.attached());
        EXPECT_EQ(host.descriptor, *loop.descriptor());
        loop.post([&] { ++ran; });
        host.run();
    }
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(host.log, (entries{"watch", "work", "no work", "unwatch"}));
    host.turn();
}

TEST(guest, attaches_again_and_elsewhere_but_not_twice) {
    toy_host one, two;
    event_loop loop;
    guest first(loop, one.ops());
    EXPECT_EQ(guest::create(loop, two.ops()).error(), errc::already_attached);
    EXPECT_THROW(guest(loop, two.ops()), std::system_error);
    EXPECT_TRUE(two.log.empty());
    first.detach();
    EXPECT_FALSE(first.attached());
    guest second(loop, two.ops());
    second.detach();
    guest third(loop, one.ops());
    EXPECT_TRUE(third.attached());
    int ran = 0;
    loop.post([&] { ++ran; });
    one.run();
    EXPECT_EQ(ran, 1);
}

TEST(guest, hears_of_work_exactly_when_it_begins_and_ends) {
    toy_host host;
    event_loop loop;
    timer early(loop, [] {});
    early.arm_after(1h);
    guest attachment(loop, host.ops());
    EXPECT_EQ(host.log, (entries{"watch", "work"})) << "what there was before counts";
    {
        const work_guard more(loop);
        early.disarm();
        EXPECT_EQ(host.log.size(), 2U);
    }
    EXPECT_EQ(host.log.back(), "no work");
    loop.post([&] { loop.post([] {}); });
    EXPECT_EQ(host.log.back(), "work");
    host.turn();
    EXPECT_EQ(host.log.back(), "work");
    host.turn();
    EXPECT_EQ(host.log, (entries{"watch", "work", "no work", "work", "no work"}));
}

TEST(guest, of_a_perpetual_loop_has_work) {
    event_loop loop;
    toy_host host;
    guest attachment(loop, host.ops());
    EXPECT_EQ(host.log, (entries{"watch"}));
    loop.start_perpetual();
    EXPECT_EQ(host.log, (entries{"watch", "work"}));
    std::thread([&] { loop.stop_perpetual(); }).join();
    host.run();
    EXPECT_EQ(host.log, (entries{"watch", "work", "no work"}));
}

TEST(guest, a_post_that_outlasts_other_work_is_not_forgotten) {
    toy_host host;
    event_loop loop;
    guest attachment(loop, host.ops());
    std::optional<work_guard> working(loop);
    loop.post([] {});
    working.reset();
    EXPECT_EQ(host.log.back(), "work");
    host.run();
    EXPECT_EQ(host.log.back(), "no work");
}

TEST(guest, a_periodic_timer_tells_nothing_between_its_ticks) {
    toy_host host;
    event_loop loop;
    guest attachment(loop, host.ops());
    int ticks = 0;
    timer tick(loop, [&] {
        if (++ticks < 5) tick.arm_after(0s);
    });
    tick.arm_after(0s);
    while (tick.armed() && readable(host.descriptor, 1000ms)) host.turn();
    EXPECT_EQ(ticks, 5);
    EXPECT_EQ(host.log, (entries{"watch", "work", "no work"}));
}

TEST(guest, a_refused_watch_leaves_the_loop_as_it_was) {
    toy_host host;
    event_loop loop;
    host.refusal = std::make_error_code(std::errc::no_space_on_device);
    EXPECT_EQ(guest::create(loop, host.ops()).error(), std::errc::no_space_on_device);
    try {
        guest attachment(loop, host.ops());
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::no_space_on_device);
    }
    host.when_watching = [] { throw std::runtime_error("host"); };
    EXPECT_THROW(guest(loop, host.ops()), std::runtime_error);
    host.refusal = {};
    EXPECT_TRUE(guest::create(loop, host.ops()).has_value());
    EXPECT_EQ(host.log.back(), "unwatch");
}

TEST(guest, says_when_the_host_holds_nothing_any_more) {
    toy_host host;
    host.done_at_once = false;
    event_loop loop;
    guest attachment(loop, host.ops());
    int gone = 0;
    attachment.detach([&] { ++gone; });
    EXPECT_EQ(gone, 0);
    host.done();
    EXPECT_EQ(gone, 1);
    attachment.detach([&] { ++gone; });
    EXPECT_EQ(gone, 2);
    EXPECT_EQ(host.log, (entries{"watch", "unwatch"}));
}

TEST(guest, the_loop_may_go_first) {
    toy_host host;
    std::optional<event_loop> loop(std::in_place);
    const work_guard working(*loop);
    guest attachment(*loop, host.ops());
    loop.reset();
    EXPECT_FALSE(attachment.attached());
    EXPECT_EQ(host.log, (entries{"watch", "work", "no work", "unwatch"}));
    host.turn();
    attachment.detach();
}

TEST(guest, loop_or_stay_may_go_in_a_turn) {
    for (const bool loop_goes : {true, false}) {
        toy_host host;
        std::optional<event_loop> loop(std::in_place);
        std::optional<guest> attachment(std::in_place, *loop, host.ops());
        loop->post([&] { loop_goes ? loop.reset() : attachment.reset(); });
        loop->post([&] { EXPECT_FALSE(loop_goes); });
        host.turn();
        EXPECT_EQ(host.log.back(), "unwatch");
        EXPECT_EQ(loop_goes, !loop);
    }
}

TEST(guest, loop_or_guest_may_be_destroyed_while_the_host_is_notified) {
    for (const bool loop_goes : {true, false}) {
        toy_host host;
        std::optional<event_loop> loop(std::in_place);
        std::optional<guest> attachment(std::in_place, *loop, host.ops());
        host.when_notified = [&] {
            loop_goes ? loop.reset() : attachment.reset();
        };
        const auto state = loop->state();
        const work_guard working(*loop);
        EXPECT_EQ(host.log.back(), "unwatch");
    }
}

TEST(guest, loop_or_stay_may_go_while_it_leaves) {
    for (const bool loop_goes : {true, false}) {
        toy_host host;
        std::optional<event_loop> loop(std::in_place);
        std::optional<guest> attachment(std::in_place, *loop, host.ops());
        host.when_leaving = [&] {
            loop_goes ? loop.reset() : attachment.reset();
        };
        attachment->detach([&] { attachment.reset(); });
        EXPECT_EQ(host.log, (entries{"watch", "unwatch"}));
    }
}

TEST(guest, moves) {
    toy_host one, two;
    event_loop first_loop, second_loop;
    guest first(first_loop, one.ops());
    guest second(std::move(first));
    EXPECT_TRUE(second.attached());
    guest third(second_loop, two.ops());
    third = std::move(second);
    EXPECT_TRUE(third.attached());
    EXPECT_TRUE(one.log.size() == 1);
}

TEST(guest, needs_an_engine_with_a_descriptor) {
    toy_host host;
    for (const auto which : {engine_kind::virtual_time, engine_kind::poll}) {
        event_loop loop({.engine = which});
        EXPECT_EQ(loop.descriptor().error(), errc::no_descriptor);
        EXPECT_EQ(guest::create(loop, host.ops()).error(), errc::no_descriptor);
        EXPECT_THROW(guest(loop, host.ops()), std::system_error);
    }
    EXPECT_TRUE(host.log.empty());
}

TEST(guest, keeps_to_its_budget) {
    toy_host host;
    event_loop loop;
    guest attachment(loop, host.ops(), {2, duration::max()});
    int ran = 0;
    for (int i = 0; i < 5; ++i) loop.post([&] { ++ran; });
    host.turn();
    EXPECT_EQ(ran, 2);
    EXPECT_LE(host.run(), 3);
    EXPECT_EQ(ran, 5);
}


TEST(guest_death_test, an_attached_loop_is_not_run) {
    toy_host host;
    event_loop loop;
    guest attachment(loop, host.ops());
    EXPECT_DEBUG_DEATH(loop.run(), "run by its host");
}


// --- the descriptor alone

TEST(descriptor, is_readable_for_every_kind_of_work) {
    event_loop loop;
    loop.post([] {});
    const int descriptor = *loop.descriptor();
    EXPECT_TRUE(readable(descriptor)) << "work from before it was shown";
    settle(loop);
    EXPECT_FALSE(readable(descriptor));
    loop.post([] {});
    EXPECT_TRUE(readable(descriptor));
    settle(loop);
    loop.wake();
    EXPECT_TRUE(readable(descriptor));
    settle(loop);
    EXPECT_FALSE(readable(descriptor));
    loop.stop();
    settle(loop);
    EXPECT_FALSE(readable(descriptor));
}

TEST(descriptor, stays_readable_when_the_budget_is_used_up) {
    event_loop loop;
    const int descriptor = *loop.descriptor();
    for (int i = 0; i < 3; ++i) loop.post([] {});
    for (int left = 3; left != 0; --left) {
        EXPECT_TRUE(readable(descriptor));
        const auto turn = loop.run_ready({1, duration::max()});
        EXPECT_TRUE(turn.did_something);
        EXPECT_EQ(turn.more_waiting, left > 1);
    }
    EXPECT_FALSE(loop.run_ready().did_something);
    EXPECT_FALSE(readable(descriptor));
}

TEST(descriptor, what_handlers_begin_wakes_no_host_afterwards) {
    event_loop loop;
    const int descriptor = *loop.descriptor();
    timer late(loop, [] {});
    loop.post([&] {
        late.arm_after(1h);
        EXPECT_TRUE(readable(descriptor)) << "a nested loop must notice it";
    });
    EXPECT_FALSE(loop.run_ready().more_waiting);
    EXPECT_FALSE(readable(descriptor));
}

} // namespace
} // namespace weft::testing
