// SPDX-License-Identifier: MIT
// Every allocation of an event loop's life fails once: calls throw and have done nothing, turns go
// on, and a timer that is there goes off.
#include <gtest/gtest.h>

#include <optional>

#include <weft/loop/event_loop.hpp>
#include <weft/loop/guest.hpp>
#include <weft/loop/timer.hpp>
#include <weft/loop/virtual_clock.hpp>

#include "support/out_of_memory.hpp"

namespace weft {
namespace {

using namespace testing;
using namespace std::chrono_literals;

TEST(loop_allocation, a_loop_is_made_or_not) {
    fail_each_allocation([](scarce_memory& memory) {
        std::optional<event_loop> loop;
        const bool made = memory.during([&] { loop.emplace(); });
        EXPECT_EQ(made, !memory.ran_out());
        if (!loop) return;
        int ran = 0;
        loop->post([&ran] { ++ran; });
        loop->run();
        EXPECT_EQ(ran, 1);
    });
}

TEST(loop_allocation, what_was_posted_and_armed_runs) {
    fail_each_allocation([](scarce_memory& memory) {
        event_loop loop;
        int posted = 0;
        int ran = 0;
        int fired = 0;
        for (int i = 0; i < 5; ++i) posted += memory.during([&] { loop.post([&ran] { ++ran; }); });
        std::optional<timer> one;
        memory.during([&] { one.emplace(loop, [&fired] { ++fired; }); });
        EXPECT_TRUE(memory.during([&] {
            if (one) one->arm_after(1ms);
            loop.wake();
            loop.run();
        }));
        EXPECT_EQ(ran, posted);
        EXPECT_EQ(fired, one ? 1 : 0);
        EXPECT_TRUE(one || memory.ran_out());
    });
}

TEST(loop_allocation, a_guest_attaches_or_leaves_no_trace) {
    fail_each_allocation([](scarce_memory& memory) {
        event_loop loop;
        int watched = 0;
        function<void()> turn;
        host_ops host;
        host.watch = [&](int, function<void()> given) -> result<void> {
            turn = std::move(given);
            ++watched;
            return {};
        };
        host.unwatch = [&](function<void()> done) {
            turn = nullptr;
            --watched;
            done();
        };
        std::optional<guest> stay;
        int done = 0;
        int ran = 0;
        const bool attached =
            memory.during([&] { stay.emplace(loop, std::move(host), budget{}); });
        EXPECT_EQ(watched, attached ? 1 : 0);
        if (!attached) return;
        const bool posted = memory.during([&] { loop.post([&ran] { ++ran; }); });
        EXPECT_TRUE(memory.during([&] { turn(); }));
        EXPECT_EQ(ran, posted ? 1 : 0);
        EXPECT_TRUE(memory.during([&] { stay->detach([&done] { ++done; }); }));
        EXPECT_EQ(done, 1);
        EXPECT_EQ(watched, 0);
    });
}

TEST(loop_allocation, a_shutdown_is_done_once) {
    fail_each_allocation([](scarce_memory& memory) {
        event_loop loop;
        int done = 0;
        const bool begun = memory.during([&] { loop.shutdown(1s, [&done] { ++done; }); });
        EXPECT_TRUE(memory.during([&] { loop.run(); }));
        EXPECT_EQ(done, begun ? 1 : 0);
    });
}

} // namespace
} // namespace weft
