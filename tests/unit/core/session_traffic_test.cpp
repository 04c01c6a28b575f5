// SPDX-License-Identifier: MIT
// What a session counts: bytes and messages in both directions, and the round trips of pings.
#include <gtest/gtest.h>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class session_traffic : public ::testing::TestWithParam<role> {
protected:
    session_traffic() : probe(GetParam()) { probe.open(); }

    /// Sends a ping, and returns its frame's payload.
    std::string ping(std::string_view payload = {}) {
        probe.take_sent();
        probe.tested.ping(to_bytes(payload), probe.now);
        probe.collect();
        return probe.sent_frames().front().payload;
    }

    [[nodiscard]] duration last() const { return probe.tested.round_trip()->last; }
    [[nodiscard]] duration smoothed() const { return probe.tested.round_trip()->smoothed; }

    session_probe probe;
};
INSTANTIATE_TEST_SUITE_P(, session_traffic, ::testing::ValuesIn(both_roles), name_of_role);

TEST_P(session_traffic, counts_messages_and_the_bytes_of_the_stream) {
    const traffic before = probe.tested.traffic();
    EXPECT_EQ(before.messages_received, 0U);
    EXPECT_GT(before.bytes_received, 100U); // the handshake
    EXPECT_GT(before.bytes_sent, 100U);
    const auto whole = probe.peer.text("hello");
    const auto parts = probe.peer.begin_text("a") + probe.peer.ping() + probe.peer.last_part("b");
    const auto large = probe.peer.binary(std::string(70'000, 'x'));
    for (const auto& bytes : {whole, parts, large}) probe.feed(bytes);
    probe.take_sent();
    const auto answered = probe.tested.traffic();
    EXPECT_EQ(answered.messages_received, 3U);
    EXPECT_EQ(answered.bytes_received - before.bytes_received,
              whole.size() + parts.size() + large.size());
    probe.tested.send(message("one"));
    probe.tested.send_part(message("t"), false);
    probe.tested.send_part(message("wo"), true);
    const auto queued = probe.tested.traffic();
    EXPECT_EQ(queued.messages_sent, 2U);
    EXPECT_EQ(queued.bytes_sent, answered.bytes_sent); // nothing has left yet
    probe.collect();
    EXPECT_EQ(probe.tested.traffic().bytes_sent - queued.bytes_sent, probe.sent.size());
}

TEST_P(session_traffic, counts_a_message_however_it_is_cut) {
    const auto bytes = probe.peer.text("hello") + probe.peer.text("there");
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        session_probe cut_probe{GetParam()};
        cut_probe.open();
        const auto cut_bytes = cut_probe.peer.text("hello") + cut_probe.peer.text("there");
        cut_probe.feed(cut_bytes, {cut, cut_bytes.size() - cut});
        EXPECT_EQ(cut_probe.tested.traffic().messages_received, 2U) << cut;
    }
}

TEST_P(session_traffic, counts_no_message_that_is_dropped_or_not_sent) {
    probe.tested.close(close_code::normal, {}, probe.now);
    EXPECT_FALSE(probe.tested.send(message("too late")));
    EXPECT_EQ(probe.tested.traffic().messages_sent, 0U);
    probe.tested.resume(probe.now);
}

TEST_P(session_traffic, measures_no_round_trip_before_a_pong) {
    EXPECT_FALSE(probe.tested.round_trip());
    probe.feed(probe.peer.pong("nobody asked"));
    EXPECT_FALSE(probe.tested.round_trip());
    ping("a");
    EXPECT_FALSE(probe.tested.round_trip());
}

TEST_P(session_traffic, measures_from_a_ping_to_its_pong) {
    const auto payload = ping("mine");
    probe.advance(milliseconds(80));
    probe.feed(probe.peer.pong(payload));
    EXPECT_EQ(last(), milliseconds(80));
    EXPECT_EQ(smoothed(), milliseconds(80));
    ping("mine");
    probe.advance(milliseconds(160));
    probe.feed(probe.peer.pong("mine"));
    EXPECT_EQ(last(), milliseconds(160));
    EXPECT_EQ(smoothed(), milliseconds(90)); // (7 * 80 + 160) / 8
}

TEST_P(session_traffic, takes_no_other_pong_for_the_answer) {
    ping("mine");
    probe.advance(milliseconds(10));
    for (const char* other : {"", "yours", "mine ", "Mine"}) probe.feed(probe.peer.pong(other));
    EXPECT_FALSE(probe.tested.round_trip());
    probe.advance(milliseconds(10));
    probe.feed(probe.peer.pong("mine"));
    EXPECT_EQ(last(), milliseconds(20));
    probe.advance(milliseconds(10));
    probe.feed(probe.peer.pong("mine")); // a second answer to the same ping
    EXPECT_EQ(last(), milliseconds(20));
}

TEST_P(session_traffic, times_each_keep_alive_ping_with_a_payload_of_its_own) {
    std::string before;
    for (int i = 1; i <= 3; ++i) {
        probe.take_sent();
        ASSERT_TRUE(probe.pass_deadline());
        const std::string payload = probe.sent_frames().back().payload;
        EXPECT_EQ(payload.size(), 4U);
        EXPECT_NE(payload, before);
        if (i > 1) probe.feed(probe.peer.pong(before));
        probe.advance(milliseconds(i));
        probe.feed(probe.peer.pong(payload));
        EXPECT_EQ(last(), milliseconds(i));
        before = payload;
    }
}

TEST_P(session_traffic, counts_from_when_the_ping_has_left) {
    probe.tested.send(message(std::string(100'000, 'x')));
    probe.tested.consume_output(10, probe.now); // the stream is full
    probe.tested.ping(to_bytes("p"), probe.now);
    probe.advance(seconds(3));
    probe.tested.consume_output(1000, probe.now);
    probe.advance(seconds(3));
    probe.collect();
    probe.advance(milliseconds(7));
    probe.feed(probe.peer.pong("p"));
    EXPECT_EQ(last(), milliseconds(7));
}

TEST_P(session_traffic, measures_although_other_bytes_come_first) {
    ping("p");
    probe.advance(milliseconds(5));
    probe.feed(probe.peer.text("between"));
    probe.advance(milliseconds(5));
    probe.feed(probe.peer.pong("p"));
    EXPECT_EQ(last(), milliseconds(10));
}

TEST_P(session_traffic, does_not_measure_across_a_pause) {
    ping("p");
    probe.tested.pause(probe.now);
    probe.advance(seconds(100));
    probe.tested.resume(probe.now);
    probe.feed(probe.peer.pong("p"));
    EXPECT_FALSE(probe.tested.round_trip());
}

TEST_P(session_traffic, reports_at_least_a_microsecond) {
    ping("p");
    probe.feed(probe.peer.pong("p"));
    EXPECT_EQ(last(), microseconds(1));
}

} // namespace
} // namespace weft
