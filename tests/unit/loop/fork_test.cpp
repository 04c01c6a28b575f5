// SPDX-License-Identifier: MIT
// A forked child drops everything, or tries to use it; the parent is undisturbed.
#include <sys/socket.h>

#include <optional>
#include <string_view>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/loop/guest.hpp>
#include <weft/loop/timer.hpp>

#include "loop/loop_state.hpp"
#include "loop/posix/readiness_listener.hpp"
#include "loop/posix/socket_stream.hpp"

#include "support/in_child.hpp"

#include "loop_probes.hpp"
#include "sockets.hpp"

namespace weft::testing {
namespace {

class fork_of_a_loop : public ::testing::Test {
public:
    std::optional<event_loop> loop{std::in_place};
    int unwatched = 0;
    function<void()> turn;
    std::optional<guest> stay{
        std::in_place, *loop,
        host_ops{.watch = [this](int, function<void()> made) -> result<void> {
                     turn = std::move(made);
                     return {};
                 },
                 .unwatch = [this](function<void()> done) {
                     ++unwatched;
                     done();
                 }}};
    int fired = 0;
    std::optional<timer> ring{std::in_place, *loop, [this] { ++fired; }};
    connected_pair pair{*loop};

    /// All still works: bytes arrive, the timer fires, posts run.
    void expect_undisturbed() {
        const int descriptor = *loop->descriptor();
        bool ran = false;
        loop->post([&] { ran = true; });
        pair.peer_sends("still here");
        ring->arm_after(1ms);
        while ((fired == 0 || !ran || pair.sink.text.empty()) && readable(descriptor, 2000ms)) {
            loop->run_ready();
        }
        EXPECT_EQ(fired, 1);
        EXPECT_TRUE(ran);
        EXPECT_EQ(pair.sink.text, "still here");
    }
};

TEST_F(fork_of_a_loop, child_drops_everything) {
    ring->arm_after(1h);
    EXPECT_EQ(in_child([&] {
                  pair.stream.reset();
                  ring.reset();
                  stay.reset();
                  loop.reset();
                  return unwatched == 1 ? 0 : 1;
              }),
              0);
    expect_undisturbed();
}

TEST_F(fork_of_a_loop, a_child_in_which_no_descriptor_can_be_had_keeps_its_hands_off_the_host) {
    if (loop->engine() != engine_kind::epoll) GTEST_SKIP() << "a child inherits no queue";
    for (const char* const failing : {"epoll_create1", "dup3"}) {
        static const char* call;
        call = failing;
        EXPECT_EQ(in_child([&] {
                      system_faults = [](const char* made, const call_site&) noexcept {
                          return std::string_view(made) == call ? EMFILE : 0;
                      };
                      int done = 0;
                      stay->detach([&] { ++done; });
                      return unwatched == 0 && done == 1 ? 0 : 1;
                  }),
                  0);
    }
    expect_undisturbed();
}

TEST_F(fork_of_a_loop, a_childs_host_is_left_at_the_first_turn) {
    EXPECT_EQ(in_child([&] {
                  turn();
                  return unwatched == 1 && !stay->attached() ? 0 : 1;
              }),
              0);
    expect_undisturbed();
}

TEST_F(fork_of_a_loop, other_calls_fail_in_the_child) {
    settle(*loop);
    EXPECT_EQ(in_child([&] {
                  if (loop->descriptor().error() != errc::forked) return 1;
                  loop->wake();
                  loop->post([] {});
                  ring->arm_after(0s);
                  if (loop->poll() != 0 || loop->poll_one() != 0) return 2;
                  if (loop->run_ready().did_something) return 3;
                  if (pair.write("mine").error() != errc::forked) return 4;
                  pair.stream->half_close();
                  const auto opened = readiness_listener::open(*loop->state(),
                                                     *address::parse("127.0.0.1", 0), {},
                                                     [](owned_socket, const address&) {});
                  if (opened.error() != errc::forked) return 5;
                  stay->detach();
                  if (loop->run() != 0 || !loop->stopped() || loop->run_one() != 0) return 6;
                  return 0;
              }),
              0);
    EXPECT_FALSE(readable(*loop->descriptor())) << "nothing of it woke the parent";
    EXPECT_EQ(pair.peer_reads(), "");
    expect_undisturbed();
}

TEST_F(fork_of_a_loop, child_may_have_loops_of_its_own) {
    EXPECT_EQ(in_child([&] {
                  event_loop mine;
                  int ran = 0;
                  timer one(mine, [&] { ++ran; });
                  one.arm_after(1ms);
                  mine.run();
                  return ran == 1 ? 0 : 1;
              }),
              0);
    expect_undisturbed();
}

} // namespace
} // namespace weft::testing
