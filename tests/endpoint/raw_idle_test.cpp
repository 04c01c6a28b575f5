// SPDX-License-Identifier: MIT
// What is paused, full or at its end wakes nobody, and a child of fork(2) leaves it alone.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/weft.hpp>

#include "support/in_child.hpp"

namespace weft::testing {
namespace {

class endpoint_raw_idle : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(::pipe(ends_.data()), 0);
        ASSERT_TRUE(loop_.descriptor());
    }
    void TearDown() override {
        for (const int one : ends_) {
            if (one >= 0) ::close(one);
        }
    }

    raw_file adopt(int& descriptor, raw_handlers what) {
        auto made = raw_file::adopt(loop_, std::exchange(descriptor, -1), std::move(what));
        EXPECT_TRUE(made) << made.error().message();
        return std::move(*made);
    }

    /// Whether turns come to an end, and the descriptor tells nothing afterwards.
    bool falls_silent() {
        for (int turns = 0; turns < 100; ++turns) {
            pollfd mine{*loop_.descriptor(), POLLIN, 0};
            if (::poll(&mine, 1, 0) == 0) return true;
            loop_.run_ready();
        }
        return false;
    }

    event_loop loop_;
    std::array<int, 2> ends_{-1, -1};
};

TEST_F(endpoint_raw_idle, a_paused_pipe_with_bytes_and_an_end) {
    raw_file paused = adopt(ends_[0], {.open = [](raw_connection& one) { one.pause(); }});
    ASSERT_TRUE(falls_silent());
    ASSERT_EQ(::write(ends_[1], "bytes", 5), 5);
    EXPECT_TRUE(falls_silent());
    ::close(std::exchange(ends_[1], -1));
    EXPECT_TRUE(falls_silent());
    EXPECT_NE(paused.connection(), nullptr);
    paused.resume();
    EXPECT_TRUE(falls_silent());
    EXPECT_EQ(paused.connection(), nullptr);
}

TEST_F(endpoint_raw_idle, a_pipe_at_its_end_that_is_kept) {
    bool ended = false;
    raw_file kept = adopt(ends_[0], {.end = [&](raw_connection&) { ended = true; }});
    ::close(std::exchange(ends_[1], -1));
    EXPECT_TRUE(falls_silent());
    EXPECT_TRUE(ended);
    EXPECT_NE(kept.connection(), nullptr);
}

TEST_F(endpoint_raw_idle, a_full_pipe) {
    raw_file full = adopt(ends_[1], {});
    ASSERT_TRUE(falls_silent());
    EXPECT_EQ(full.send(std::string(500'000, 'x')), send_result::backed_up);
    EXPECT_TRUE(falls_silent());
    EXPECT_GT(full.connection()->buffered_amount(), 0U);
}

TEST_F(endpoint_raw_idle, a_paused_terminal_that_was_hung_up) {
    int near = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_EQ(::grantpt(near), 0);
    ASSERT_EQ(::unlockpt(near), 0);
    const int far = ::open(::ptsname(near), O_RDWR | O_NOCTTY | O_CLOEXEC);
    raw_file paused = adopt(near, {.open = [](raw_connection& one) { one.pause(); }});
    ASSERT_TRUE(falls_silent());
    ::close(far);
    EXPECT_TRUE(falls_silent());
    EXPECT_NE(paused.connection(), nullptr);
    paused.resume();
    EXPECT_TRUE(falls_silent());
    EXPECT_EQ(paused.connection(), nullptr);
}

TEST_F(endpoint_raw_idle, paused_sockets_that_are_sent_to) {
    std::array<int, 2> both{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()), 0);
    raw_client client(loop_);
    ASSERT_TRUE(client.adopt(both[0], {.open = [](raw_connection& one) { one.pause(); }}));
    datagram_socket datagrams(loop_, {});
    const auto where = datagrams.bind("127.0.0.1", 0);
    ASSERT_TRUE(where);
    datagrams.pause();
    ASSERT_TRUE(falls_silent());
    ASSERT_EQ(::write(both[1], "bytes", 5), 5);
    EXPECT_EQ(datagrams.send_to("to itself", *where), send_result::accepted);
    EXPECT_TRUE(falls_silent());
    ::close(both[1]);
    EXPECT_TRUE(falls_silent());
    EXPECT_EQ(client.connection_count(), 1U);
}

TEST_F(endpoint_raw_idle, a_child_lets_go_without_a_trace) {
    const int reading = ends_[0];
    bool received = false;
    std::optional<raw_file> ours = adopt(ends_[0], {.data = [&](auto&, auto) { received = true; }});
    std::optional<watch> bare(std::in_place, loop_, ends_[1], [](readiness) {});
    ASSERT_TRUE(falls_silent());
    const auto in_parent = ::fcntl(reading, F_GETFL);
    const int left_alone = in_child([&] {
        const bool refused = raw_file::borrow(loop_, ends_[1], {}).error() == errc::forked &&
            bare->set({.write = true}).error() == errc::forked;
        ours.reset();
        bare.reset();
        return refused ? 0 : 1;
    });
    EXPECT_EQ(left_alone, 0);
    EXPECT_EQ(::fcntl(reading, F_GETFL), in_parent) << "the flag is shared";
    ASSERT_EQ(::write(ends_[1], "bytes", 5), 5);
    EXPECT_TRUE(falls_silent());
    EXPECT_TRUE(received);
}

} // namespace
} // namespace weft::testing
