// SPDX-License-Identifier: MIT
// What is asked of Linux with calls that other systems do not have, or have in another form.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include <weft/loop/timer.hpp>

#include "loop/posix/bound_socket.hpp"

#include "unit/loop/every_engine.hpp"
#include "unit/loop/loop_probes.hpp"
#include "unit/loop/sockets.hpp"

namespace weft::testing {
namespace {

class stream_of_linux : public on_every_engine {};

TEST_P(stream_of_linux, another_writer_holds_nothing_back) {
    event_loop loop(options());
    connected_pair pair(loop);
    const int on = 1;
    ASSERT_EQ(::setsockopt(pair.number, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
    pair.peer_sends("one ");
    const pid_t child = ::fork();
    if (child == 0) {
        pair.peer_sends("two ");
        ::_exit(0);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    pair.peer_sends("three");
    settle(loop);
    EXPECT_EQ(pair.sink.text, "one two three");
}

TEST_P(stream_of_linux, a_message_after_an_urgent_mark_costs_one_read) {
    event_loop loop(options());
    auto [ours, theirs] = over_loopback();
    const connected_pair tcp(loop, std::move(ours), std::move(theirs));
    ASSERT_EQ(::send(tcp.peer.get(), "!", 1, MSG_OOB), 1);
    tcp.peer_sends("first");
    EXPECT_TRUE(wakes(loop, 1000ms));
    settle(loop);
    const read_counter reads;
    for (int i = 1; i <= 10; ++i) {
        tcp.peer_sends("message");
        EXPECT_TRUE(wakes(loop, 1000ms));
        settle(loop);
        EXPECT_EQ(reads.made(), i);
    }
    EXPECT_EQ(tcp.sink.text.size(), 75U);
}

WEFT_ON_EVERY_ENGINE(stream_of_linux);

TEST(bound_socket, the_backlog_is_the_one_that_was_asked_for) {
    listen_options options;
    options.backlog = 7;
    const auto bound = bind_and_listen(*address::parse("127.0.0.1", 0), options);
    ASSERT_TRUE(bound);
    tcp_info info{};
    socklen_t size = sizeof(info);
    ASSERT_EQ(::getsockopt(bound->descriptor.get(), IPPROTO_TCP, TCP_INFO, &info, &size), 0);
    EXPECT_EQ(info.tcpi_sacked, 7U) << "what Linux tells of a listener in this place";
}

TEST(loop_death_test, misuse_names_both_threads) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            ::pthread_setname_np(::pthread_self(), "owner");
            event_loop loop;
            timer one(loop, [] {});
            std::thread([&] {
                ::pthread_setname_np(::pthread_self(), "stranger");
                one.arm_after(std::chrono::seconds(1));
            }).join();
        },
        "timer::arm_at was called on thread \"stranger\".* belongs to thread \"owner\"");
}

} // namespace
} // namespace weft::testing
