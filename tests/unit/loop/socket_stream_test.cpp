// SPDX-License-Identifier: MIT
// Sockets as streams: reading, pausing, partial writes, ends and resets, the receive buffer.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/call_names.hpp"
#include "support/descriptors.hpp"

#include "every_engine.hpp"
#include "loop/posix/system_call.hpp"
#include "loop_probes.hpp"
#include "sockets.hpp"

namespace weft::testing {
namespace {

class stream_on_a_loop : public on_every_engine {
public:
    event_loop loop{options()};
    connected_pair pair{loop};

    void settle() { testing::settle(loop); }
};

TEST_P(stream_on_a_loop, reads_and_writes) {
    pair.peer_sends("hello");
    EXPECT_TRUE(wakes(loop));
    settle();
    EXPECT_EQ(pair.sink.text, "hello");
    EXPECT_EQ(pair.write("answer").value(), 6U);
    EXPECT_EQ(pair.peer_reads(), "answer");
    EXPECT_FALSE(pair.stream->secure());
}

TEST_P(stream_on_a_loop, writes_many_pieces_at_once) {
    std::vector<std::string> texts;
    std::vector<std::span<const std::byte>> pieces;
    std::string whole;
    for (int i = 0; i < 40; ++i) texts.push_back("piece " + std::to_string(i));
    for (const auto& one : texts) pieces.push_back(std::as_bytes(std::span(one)));
    std::size_t taken = 0;
    for (std::size_t i = 0; i < pieces.size(); i += 16) {
        const auto some = std::min<std::size_t>(16, pieces.size() - i);
        taken += pair.stream->write(std::span(pieces).subspan(i, some)).value();
    }
    for (const auto& one : texts) whole += one;
    EXPECT_EQ(taken, whole.size());
    EXPECT_EQ(pair.peer_reads(), whole);
}

TEST_P(stream_on_a_loop, a_partial_write_is_followed_by_on_writable) {
    const std::string much(4 << 20, 'm');
    const auto taken = pair.write(much).value();
    ASSERT_LT(taken, much.size());
    settle();
    EXPECT_EQ(pair.sink.writable, 0);
    EXPECT_FALSE(wakes(loop)) << "a full peer wakes nobody";
    std::string got = pair.peer_reads();
    EXPECT_EQ(got.size(), taken);
    EXPECT_TRUE(wakes(loop, 1000ms));
    settle();
    EXPECT_EQ(pair.sink.writable, 1);
    EXPECT_GT(pair.write("more").value(), 0U);
}

TEST_P(stream_on_a_loop, a_peer_that_reads_what_was_sent_wakes_nobody) {
    settle();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(pair.write(std::string(100'000, 'x')).value(), 100'000U);
        EXPECT_EQ(pair.peer_reads().size(), 100'000U);
        EXPECT_FALSE(wakes(loop));
    }
    const auto taken = pair.write(std::string(4 << 20, 'm')).value();
    EXPECT_EQ(pair.peer_reads().size(), taken);
    EXPECT_TRUE(wakes(loop, 1000ms)) << "now it was waited for";
    settle();
    EXPECT_EQ(pair.sink.writable, 1);
    EXPECT_FALSE(wakes(loop));
}

/// Fails every registration while it lives, with ENOSPC.
struct no_room {
    no_room() {
        system_faults = [](const char* call, const call_site&) noexcept {
            return call == registration_call ? ENOSPC : 0;
        };
    }
    ~no_room() { system_faults = nullptr; }
};

TEST(stream_that_is_refused, tells_why_in_a_turn) {
    event_loop loop;
    std::optional<no_room> refusing(std::in_place);
    connected_pair pair(loop);
    EXPECT_FALSE(pair.sink.error);
    testing::settle(loop);
    EXPECT_EQ(pair.sink.error, std::errc::no_space_on_device);
}

TEST(stream_that_is_refused, is_read_if_there_is_room_in_the_first_turn) {
    event_loop loop;
    std::optional<no_room> refusing(std::in_place);
    connected_pair pair(loop);
    refusing.reset();
    for (const auto* text : {"one", "two"}) {
        pair.peer_sends(text);
        testing::settle(loop);
        EXPECT_EQ(pair.sink.text, text);
        pair.sink.text.clear();
    }
}

TEST_P(stream_on_a_loop, more_than_one_buffer_is_read_in_turns) {
    pair.peer_sends(std::string(150'000, 'x'));
    settle();
    EXPECT_EQ(pair.sink.text.size(), 150'000U);
    EXPECT_GT(pair.sink.calls, 1U);
}

TEST_P(stream_on_a_loop, a_message_over_tcp_costs_one_read) {
    auto [ours, theirs] = over_loopback();
    const connected_pair tcp(loop, std::move(ours), std::move(theirs));
    const read_counter reads;
    for (int i = 1; i <= 10; ++i) {
        tcp.peer_sends("message");
        EXPECT_TRUE(wakes(loop, 1000ms));
        settle();
        EXPECT_EQ(reads.made(), i);
    }
}

// --- short reads after which more input is left

TEST_P(stream_on_a_loop, an_urgent_mark_holds_nothing_back) {
    auto [ours, theirs] = over_loopback();
    const connected_pair tcp(loop, std::move(ours), std::move(theirs));
    for (int i = 0; i < 3; ++i) {
        tcp.peer_sends("one ");
        ASSERT_EQ(::send(tcp.peer.get(), "!", 1, MSG_OOB), 1);
        tcp.peer_sends("two ");
        EXPECT_TRUE(wakes(loop, 1000ms));
        settle();
    }
    EXPECT_EQ(tcp.sink.text, "one two one two one two ") << "the urgent byte is none of it";
    EXPECT_FALSE(wakes(loop));
}

TEST_P(stream_on_a_loop, an_urgent_mark_on_a_unix_socket_holds_nothing_back) {
    pair.peer_sends("one ");
    if (::send(pair.peer.get(), "!", 1, MSG_OOB) != 1) GTEST_SKIP() << "this kernel has none";
    pair.peer_sends("two");
    settle();
    EXPECT_EQ(pair.sink.text, "one two");
}

TEST_P(stream_on_a_loop, descriptors_that_came_with_bytes_hold_nothing_back) {
    std::array<char, CMSG_SPACE(sizeof(int))> room{};
    std::array<char, 4> text{'o', 'n', 'e', ' '};
    iovec vector{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    cmsghdr& carried = *CMSG_FIRSTHDR(&message);
    carried.cmsg_level = SOL_SOCKET;
    carried.cmsg_type = SCM_RIGHTS;
    carried.cmsg_len = CMSG_LEN(sizeof(int));
    *reinterpret_cast<int*>(CMSG_DATA(&carried)) = pair.peer.get();
    ASSERT_EQ(::sendmsg(pair.peer.get(), &message, 0), 4);
    ASSERT_EQ(::sendmsg(pair.peer.get(), &message, 0), 4);
    pair.peer_sends("two");
    settle();
    EXPECT_EQ(pair.sink.text, "one one two");
}

TEST_P(stream_on_a_loop, while_paused_nothing_wakes_the_host) {
    pair.stream->pause();
    settle();
    int wake_ups = 0;
    for (int i = 0; i < 20; ++i) {
        pair.peer_sends("ignored ");
        if (wakes(loop)) ++wake_ups;
    }
    EXPECT_EQ(wake_ups, 0);
    EXPECT_EQ(pair.sink.calls, 0U);
    pair.stream->resume();
    EXPECT_TRUE(wakes(loop));
    settle();
    EXPECT_EQ(pair.sink.text.size(), 160U);
}

TEST_P(stream_on_a_loop, a_pause_in_a_turn_holds_and_one_taken_back_loses_nothing) {
    pair.sink.when_received = [&] { pair.stream->pause(); };
    pair.peer_sends("one");
    settle();
    pair.peer_sends("two");
    EXPECT_FALSE(wakes(loop));
    pair.sink.when_received = [&] {
        pair.stream->pause();
        pair.stream->resume();
    };
    pair.stream->resume();
    settle();
    pair.peer_sends("three");
    EXPECT_TRUE(wakes(loop));
    settle();
    EXPECT_EQ(pair.sink.text, "onetwothree");
}

TEST_P(stream_on_a_loop, a_sink_that_declines_is_asked_again_after_resume) {
    pair.sink.wants = false;
    pair.peer_sends("later");
    settle();
    EXPECT_FALSE(wakes(loop));
    pair.sink.wants = true;
    pair.stream->resume();
    EXPECT_TRUE(!loop.descriptor() || wakes(loop)) << "without one the next turn does not wait";
    settle();
    EXPECT_EQ(pair.sink.text, "later");
}

TEST_P(stream_on_a_loop, half_close_leaves_the_other_direction_open) {
    pair.stream->half_close();
    char one = 0;
    EXPECT_EQ(::recv(pair.peer.get(), &one, 1, MSG_DONTWAIT), 0);
    pair.peer_sends("still");
    settle();
    EXPECT_EQ(pair.sink.text, "still");
}

TEST_P(stream_on_a_loop, hears_bytes_and_the_end_behind_them_and_can_answer) {
    pair.peer_sends("last words");
    ::shutdown(pair.peer.get(), SHUT_WR);
    settle();
    EXPECT_EQ(pair.sink.text, "last words");
    EXPECT_TRUE(pair.sink.eof);
    EXPECT_FALSE(wakes(loop));
    EXPECT_EQ(pair.write("answer").value(), 6U);
    EXPECT_EQ(pair.peer_reads(), "answer");
}

TEST_P(stream_on_a_loop, the_end_waits_for_a_paused_one) {
    pair.stream->pause();
    ::shutdown(pair.peer.get(), SHUT_WR);
    settle();
    EXPECT_FALSE(pair.sink.eof);
    EXPECT_FALSE(wakes(loop)) << "no spinning on a peer that has gone";
    pair.stream->resume();
    settle();
    EXPECT_TRUE(pair.sink.eof);
}

TEST_P(stream_on_a_loop, writing_to_nobody_is_an_error_and_no_signal) {
    pair.peer.reset();
    const auto written = pair.write("anyone?");
    EXPECT_EQ(written.error(), std::errc::broken_pipe);
    EXPECT_EQ(pair.write("again").error(), std::errc::broken_pipe);
    settle();
    EXPECT_FALSE(pair.sink.error) << "what was returned is not reported as well";
    EXPECT_FALSE(wakes(loop));
}

TEST_P(stream_on_a_loop, closing_is_silent_and_idempotent) {
    pair.peer_sends("unread");
    pair.stream->close();
    pair.stream->close();
    pair.stream->pause();
    pair.stream->resume();
    pair.stream->half_close();
    settle();
    EXPECT_EQ(pair.sink.calls, 0U);
    EXPECT_EQ(::fcntl(pair.number, F_GETFD), -1);
}

TEST_P(stream_on_a_loop, may_be_closed_from_what_it_tells) {
    pair.sink.when_received = [&] { pair.stream->close(); };
    pair.peer_sends(std::string(100'000, 'x'));
    settle();
    EXPECT_EQ(pair.sink.calls, 1U);
}

class stream_on_a_small_loop : public on_every_engine {};

TEST_P(stream_on_a_small_loop, its_buffer_grows_for_peers_that_fill_it_and_no_further) {
    event_loop loop({.engine = GetParam(), .receive_buffer_max = 64 * 1024});
    connected_pair pair(loop);
    for (int i = 0; i < 6; ++i) {
        pair.peer_sends(std::string(150'000, 'x'));
        settle(loop);
    }
    EXPECT_EQ(pair.sink.text.size(), 900'000U);
    EXPECT_EQ(pair.sink.largest, 64U * 1024U);
}

TEST_P(stream_on_a_small_loop, a_buffer_of_hardly_anything_works) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{7}}) {
        event_loop loop({.engine = GetParam(), .receive_buffer_max = size});
        connected_pair pair(loop);
        pair.peer_sends("a few bytes");
        settle(loop);
        EXPECT_EQ(pair.sink.text, "a few bytes");
        EXPECT_FALSE(pair.sink.eof);
    }
}

TEST_P(stream_on_a_small_loop, the_common_read_stays_small) {
    event_loop loop(options());
    connected_pair pair(loop);
    pair.peer_sends(std::string(5'000, 'x'));
    settle(loop);
    EXPECT_EQ(pair.sink.calls, 1U);
    EXPECT_EQ(pair.sink.largest, 5'000U);
}

TEST_P(stream_on_a_loop, nested_turns_read_into_a_buffer_of_their_own) {
    connected_pair other(loop);
    std::string seen;
    struct keeping final : stream_events {
        connected_pair& other;
        event_loop& loop;
        std::string& seen;
        keeping(connected_pair& to, event_loop& on, std::string& kept)
            : other(to), loop(on), seen(kept) {}
        bool wants_bytes() noexcept override { return true; }
        void on_receive(std::span<std::byte> bytes) override {
            other.peer_sends("overwriting?");
            loop.run_ready({});
            seen.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        }
        void on_eof() override {}
        void on_writable() override {}
        void on_error(std::error_code) override {}
    } sink(other, loop, seen);
    std::array<int, 2> both{};
    open_socket_pair(SOCK_STREAM, both.data(), blocking::no);
    socket_stream nested(*loop.state(), owned_socket(both[0]));
    nested.start(sink);
    const owned_socket peer(both[1]);
    ASSERT_EQ(::send(peer.get(), "the original", 12, 0), 12);
    settle();
    EXPECT_EQ(seen, "the original");
    EXPECT_EQ(other.sink.text, "overwriting?");
}

WEFT_ON_EVERY_ENGINE(stream_on_a_loop);
WEFT_ON_EVERY_ENGINE(stream_on_a_small_loop);

} // namespace
} // namespace weft::testing
