// SPDX-License-Identifier: MIT
// Deadlines and output: a peer that takes bytes is alive, one that takes none is ended, and the
// time for an answer begins when all has left. And what follows the close frame of a fault.
#include <gtest/gtest.h>

#include <algorithm>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;
using std::chrono::seconds;

constexpr session_timeouts output_timeouts{seconds(10), seconds(5), seconds(100), seconds(30),
                                           seconds(20), {},         seconds(40)};
constexpr std::size_t much = 100'000;

class session_output_deadlines : public ::testing::TestWithParam<role> {
protected:
    session_output_deadlines() : probe(GetParam(), {}, output_timeouts) { probe.open(); }

    [[nodiscard]] std::int64_t left() const {
        return std::chrono::duration_cast<seconds>(probe.tested.next_deadline() - probe.now)
            .count();
    }

    /// Queues much, of which the stream takes ten bytes.
    void block() {
        probe.tested.send(std::string(much, 'x'));
        probe.tested.consume_output(10, probe.now);
    }
    void take(std::size_t count) { probe.tested.consume_output(count, probe.now); }
    void take_all() { take(probe.tested.output_size()); }

    session_probe probe;
};
INSTANTIATE_TEST_SUITE_P(, session_output_deadlines, ::testing::ValuesIn(both_roles),
                         name_of_role);

TEST_P(session_output_deadlines, end_a_peer_that_takes_nothing) {
    block();
    EXPECT_EQ(left(), 40);
    probe.advance(seconds(39));
    probe.tested.handle_deadline(probe.now);
    EXPECT_EQ(probe.tested.state(), session_state::open);
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::failed}}));
    EXPECT_EQ(probe.error(), errc::write_stalled);
    EXPECT_EQ(probe.error(), condition::timeout);
    EXPECT_EQ(probe.tested.outcome().began, side::local);
    EXPECT_TRUE(probe.tested.finished());
    EXPECT_EQ(probe.tested.output_size(), 0U);
}

TEST_P(session_output_deadlines, are_put_off_by_each_byte_that_is_taken) {
    block();
    for (int i = 0; i < 100; ++i) {
        probe.advance(seconds(39));
        take(1);
        EXPECT_EQ(left(), 40);
    }
    take_all();
    EXPECT_EQ(left(), 30); // a sign of life: the next ping
}

TEST_P(session_output_deadlines, are_not_put_off_by_bytes_received_or_taking_nothing) {
    block();
    probe.advance(seconds(30));
    probe.tested.receive({}, probe.now);
    take(0);
    EXPECT_EQ(left(), 10);
}

TEST_P(session_output_deadlines, stand_still_during_a_pause) {
    block();
    probe.advance(seconds(30));
    probe.tested.pause(probe.now);
    EXPECT_EQ(probe.tested.next_deadline(), never);
    probe.advance(seconds(1000));
    probe.tested.resume(probe.now);
    EXPECT_EQ(left(), 10);
}

TEST_P(session_output_deadlines, for_a_pong_begin_when_the_ping_has_left) {
    block();
    probe.tested.ping({}, probe.now);
    probe.advance(seconds(25));
    take(1000);
    probe.advance(seconds(25));
    EXPECT_EQ(left(), 15); // of the stall
    take_all();
    EXPECT_EQ(left(), 20);
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.error(), errc::pong_timeout);
}

TEST_P(session_output_deadlines, for_a_close_begin_when_its_frame_has_left) {
    block();
    probe.tested.close(close_code::normal, {}, probe.now);
    for (int i = 0; i < 10; ++i) {
        probe.advance(seconds(30));
        take(1000);
    }
    EXPECT_EQ(left(), 40);
    take_all();
    EXPECT_EQ(left(), 5);
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.error(), errc::close_timeout);
}

TEST_P(session_output_deadlines, of_a_close_that_does_not_leave_are_the_stall) {
    block();
    probe.tested.close(close_code::normal, {}, probe.now);
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.error(), errc::write_stalled);
}

TEST_P(session_output_deadlines, see_what_is_on_its_way) {
    probe.tested.close(close_code::normal, {}, probe.now);
    take_all();
    probe.tested.note_pending(1'000'000, probe.now);
    for (std::size_t rest = 900'000; rest >= 100'000; rest -= 100'000) {
        probe.advance(seconds(5));
        probe.tested.note_pending(rest, probe.now);
        probe.tested.handle_deadline(probe.now);
        EXPECT_EQ(left(), 5);
    }
    probe.advance(seconds(5));
    probe.tested.note_pending(100, probe.now); // so little is always under way
    EXPECT_EQ(left(), 5);
    probe.advance(seconds(5));
    probe.tested.note_pending(50, probe.now);
    probe.tested.handle_deadline(probe.now);
    EXPECT_EQ(probe.error(), errc::close_timeout);
}

TEST_P(session_output_deadlines, end_what_is_on_its_way_for_too_long) {
    probe.tested.ping({}, probe.now);
    take_all();
    probe.tested.note_pending(1'000'000, probe.now);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(left(), 20); // it is looked at when the pong is due
        probe.advance(seconds(20));
        probe.tested.note_pending(1'000'000, probe.now);
        probe.tested.handle_deadline(probe.now);
    }
    probe.pull();
    EXPECT_EQ(probe.error(), errc::write_stalled);
}

TEST_P(session_output_deadlines, for_idleness_see_what_is_on_its_way) {
    probe.feed(probe.peer.text("x"));
    probe.tested.pause(probe.now); // nothing but the idle deadline
    probe.tested.resume(probe.now);
    probe.tested.note_pending(500'000, probe.now);
    probe.advance(seconds(39));
    probe.tested.note_pending(400'000, probe.now);
    EXPECT_EQ(left(), 30);
    EXPECT_EQ(probe.tested.state(), session_state::open);
}

TEST(session_answer_deadline, is_put_off_by_a_slow_reader_and_reported_when_it_stops) {
    session_probe probe{role::server, {}, output_timeouts};
    probe.feed(to_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    ASSERT_TRUE(probe.tested.respond({200, {}, std::string(much, 'x')}, probe.now));
    probe.tested.consume_output(10, probe.now);
    for (int i = 0; i < 10; ++i) {
        probe.advance(seconds(39));
        probe.tested.handle_deadline(probe.now);
        probe.tested.consume_output(10, probe.now);
    }
    EXPECT_FALSE(probe.tested.finished());
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.error(), errc::write_stalled);
    EXPECT_EQ(probe.tested.outcome().phase, phase::http);
    EXPECT_EQ(probe.events.back(), (event_record{event_type::failed}));
    EXPECT_TRUE(probe.tested.finished());
}

TEST(session_answer_deadline, has_no_event_when_all_has_left) {
    session_probe probe{role::server, {}, output_timeouts};
    probe.feed(to_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    ASSERT_TRUE(probe.tested.respond({200, {}, "x"}, probe.now));
    probe.collect();
    const auto events = probe.events.size();
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_TRUE(probe.tested.finished());
    EXPECT_EQ(probe.events.size(), events);
}

TEST(session_request_deadline, begins_when_the_request_has_left) {
    session_probe probe{role::client, {}, output_timeouts};
    ASSERT_TRUE(probe.tested.start(*uri::parse("ws://example.org/")));
    probe.tested.consume_output(10, probe.now);
    for (int i = 0; i < 3; ++i) {
        probe.advance(seconds(30));
        probe.tested.consume_output(1, probe.now);
    }
    probe.collect();
    EXPECT_EQ(probe.tested.next_deadline(), probe.now + seconds(10));
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.error(), errc::handshake_timeout);
}

// --- behind the close frame of a fault

class session_after_a_fault : public session_output_deadlines {
protected:
    /// Fed in one piece or byte by byte.
    void feed(const byte_string& bytes) {
        const auto each = GetParam() == role::server ? std::size_t{1} : bytes.size();
        for (std::size_t at = 0; at < bytes.size(); at += each) {
            probe.feed(std::span(bytes).subspan(at, std::min(each, bytes.size() - at)));
        }
    }
};
INSTANTIATE_TEST_SUITE_P(, session_after_a_fault, ::testing::ValuesIn(both_roles), name_of_role);

TEST_P(session_after_a_fault, the_output_ends_with_the_close_frame_of_the_peer) {
    feed(probe.peer.text("\xff\xff and more"));
    EXPECT_EQ(probe.sent_close_code(), 1007U);
    EXPECT_FALSE(probe.tested.output_ends());
    EXPECT_TRUE(probe.tested.wants_input());
    feed(probe.peer.text(std::string(70'000, 'x')));
    feed(probe.peer.ping());
    EXPECT_FALSE(probe.tested.output_ends());
    feed(probe.peer.close(1007));
    EXPECT_TRUE(probe.tested.output_ends());
    EXPECT_EQ(probe.events.size(), 1U);
    EXPECT_EQ(read_frames(probe.sent).size(), 1U); // nothing is answered any more
}

TEST_P(session_after_a_fault, a_frame_that_is_refused_for_its_size_is_passed_over) {
    session_probe small{GetParam(), {.message_size_max = 10}, output_timeouts};
    small.open();
    auto bytes = small.peer.text(std::string(300, 'x'));
    const auto close = small.peer.close(1009);
    bytes.insert(bytes.end(), close.begin(), close.end());
    for (const std::byte each : bytes) small.feed({&each, 1});
    EXPECT_EQ(small.sent_close_code(), 1009U);
    EXPECT_TRUE(small.tested.output_ends());
}

TEST_P(session_after_a_fault, the_end_of_the_stream_or_the_deadline_ends_the_wait) {
    feed(probe.peer.text("\xff"));
    EXPECT_EQ(left(), 5);
    probe.advance(seconds(4));
    feed(probe.peer.text("still talking"));
    EXPECT_EQ(left(), 1);
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_TRUE(probe.tested.finished());

    session_probe other{GetParam(), {}, output_timeouts};
    other.open();
    other.feed(other.peer.text("\xff"));
    EXPECT_FALSE(other.tested.finished());
    other.feed_eof();
    EXPECT_TRUE(other.tested.finished());
}

TEST_P(session_after_a_fault, a_broken_close_frame_is_the_last_one) {
    feed(probe.peer.close(1005));
    EXPECT_EQ(probe.sent_close_code(), 1002U);
    EXPECT_TRUE(probe.tested.output_ends());
}

// --- codes and words

TEST_P(session_output_deadlines, have_codes_and_words_of_their_own) {
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(to_string(probe.tested.outcome()),
              "ended by this side during WebSocket: a ping was not answered in time; close code "
              "1011 internal error (ping timeout)");
}

TEST_P(session_output_deadlines, pass_on_every_code_of_a_report) {
    for (unsigned number = 0; number < 5100; ++number) {
        const auto code = static_cast<close_code>(number);
        session_probe each{GetParam(), {}, output_timeouts};
        if (number % 50 != 0 && (number < 999 || number > 1016)) continue;
        each.open();
        each.tested.close(code, "why", each.now);
        each.collect();
        const auto frames = each.sent_frames();
        ASSERT_EQ(frames.size(), 1U);
        if (code == close_code::no_status) {
            EXPECT_TRUE(frames[0].payload.empty());
        } else {
            EXPECT_EQ(frames[0].close_code(), may_be_sent(code) ? number : 1011U) << number;
        }
    }
}

} // namespace
} // namespace weft
