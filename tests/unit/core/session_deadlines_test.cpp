// SPDX-License-Identifier: MIT
// The deadlines of a session: handshake, idle, ping and pong, close; and how they stand still.
#include <gtest/gtest.h>

#include <algorithm>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;
using std::chrono::seconds;

constexpr session_timeouts timeouts{seconds(10), seconds(5), seconds(100), seconds(30),
                                    seconds(20)};

class session_deadlines : public ::testing::TestWithParam<role> {
protected:
    session_deadlines() : probe(GetParam(), {}, timeouts) { probe.open(); }

    /// Seconds until the next deadline.
    static std::int64_t left(const session_probe& of) {
        return std::chrono::duration_cast<seconds>(of.tested.next_deadline() - of.now).count();
    }
    std::int64_t left() const { return left(probe); }

    session_probe probe;
};
INSTANTIATE_TEST_SUITE_P(, session_deadlines, ::testing::ValuesIn(both_roles), name_of_role);

TEST_P(session_deadlines, end_a_handshake_that_takes_too_long) {
    session_probe slow{GetParam(), {}, timeouts};
    EXPECT_EQ(left(slow), 10);
    slow.advance(seconds(9));
    slow.feed(to_bytes(GetParam() == role::server ? "GET" : "HTTP/1.1"));
    EXPECT_EQ(left(slow), 1); // bytes do not move it
    EXPECT_TRUE(slow.pass_deadline());
    EXPECT_EQ(slow.error(), errc::handshake_timeout);
    EXPECT_EQ(slow.tested.outcome().phase, phase::http);
}

TEST(session_handshake_deadline, is_answered_with_408_by_a_server) {
    session_probe slow{role::server, {}, timeouts};
    slow.feed(to_bytes("GET / HTTP/1.1\r\n"));
    EXPECT_TRUE(slow.pass_deadline());
    EXPECT_TRUE(to_text(slow.sent).starts_with("HTTP/1.1 408 "));
    EXPECT_EQ(slow.tested.outcome().began, side::local);
    EXPECT_TRUE(slow.pass_deadline()); // the peer does not end the stream either
    EXPECT_TRUE(slow.tested.finished());
    EXPECT_FALSE(slow.pass_deadline());
}

TEST_P(session_deadlines, handled_early_do_nothing) {
    probe.tested.handle_deadline(probe.now);
    probe.tested.handle_deadline(probe.tested.next_deadline() - duration(1));
    EXPECT_EQ(probe.tested.output_size(), 0U);
}

TEST_P(session_deadlines, ping_a_silent_peer_and_end_it_without_an_answer) {
    EXPECT_EQ(left(), 30);
    EXPECT_TRUE(probe.pass_deadline());
    const auto frames = probe.sent_frames();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].code(), opcode::ping);
    EXPECT_EQ(left(), 20);
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::failed}}));
    EXPECT_EQ(probe.error(), errc::pong_timeout);
    EXPECT_EQ(probe.sent_close_code(), 1011U);
}

TEST_P(session_deadlines, take_any_byte_as_a_sign_of_life) {
    EXPECT_TRUE(probe.pass_deadline());
    probe.advance(seconds(19));
    const auto bytes = probe.peer.pong();
    probe.feed(std::span(bytes).first(1));
    EXPECT_EQ(left(), 30);
}

TEST_P(session_deadlines, are_not_put_off_by_pinging_again) {
    probe.tested.ping({}, probe.now);
    probe.collect();
    for (int i = 0; i < 4; ++i) {
        probe.advance(seconds(5));
        EXPECT_EQ(left(), 20 - 5 * (i + 1));
        probe.tested.ping({}, probe.now);
    }
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.error(), errc::pong_timeout);
}

TEST(session_idle_deadline, counts_from_the_last_byte) {
    for (const role ours : both_roles) {
        session_probe probe{ours, {}, {.idle = seconds(7), .ping_interval = {}, .pong = {}}};
        probe.open();
        probe.advance(seconds(6));
        probe.feed(probe.peer.text("x"));
        EXPECT_EQ(probe.tested.next_deadline(), probe.now + seconds(7));
        EXPECT_TRUE(probe.pass_deadline());
        EXPECT_EQ(probe.error(), errc::idle_timeout);
        EXPECT_EQ(probe.sent_close_code(), 1001U);
    }
}

TEST_P(session_deadlines, of_zero_never_come) {
    session_probe patient{GetParam(), {}, {{}, {}, {}, {}, {}, {}}};
    EXPECT_FALSE(patient.pass_deadline());
    patient.open();
    EXPECT_FALSE(patient.pass_deadline());
    patient.tested.ping({}, patient.now);
    EXPECT_FALSE(patient.pass_deadline());
    patient.tested.close(close_code::normal, {}, patient.now);
    EXPECT_FALSE(patient.pass_deadline());
}

TEST_P(session_deadlines, end_a_close_that_is_not_answered) {
    probe.advance(seconds(3));
    probe.tested.close(close_code::normal, {}, probe.now);
    probe.collect();
    EXPECT_EQ(left(), 5);
    probe.advance(seconds(2));
    probe.feed(probe.peer.text("still talking"));
    EXPECT_EQ(left(), 3);
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.error(), errc::close_timeout);
    EXPECT_EQ(probe.tested.outcome().began, side::local);
    EXPECT_TRUE(probe.tested.finished());
    EXPECT_EQ(probe.tested.next_deadline(), never);
}

TEST_P(session_deadlines, end_a_stream_that_a_closed_peer_keeps_open) {
    probe.advance(seconds(1));
    probe.feed(probe.peer.close(1000));
    EXPECT_EQ(left(), 5);
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_TRUE(probe.tested.finished());
    EXPECT_TRUE(probe.tested.outcome().clean());
    EXPECT_EQ(probe.events.size(), 1U);
}

TEST_P(session_deadlines, stand_still_during_a_pause) {
    probe.advance(seconds(12));
    probe.tested.pause(probe.now);
    EXPECT_EQ(probe.tested.next_deadline(), never);
    probe.advance(seconds(1000));
    probe.tested.handle_deadline(probe.now);
    EXPECT_EQ(probe.tested.state(), session_state::open);
    probe.tested.resume(probe.now);
    EXPECT_EQ(left(), 18);
}

TEST_P(session_deadlines, for_a_pong_stand_still_during_a_pause) {
    probe.tested.ping({}, probe.now);
    probe.advance(seconds(15));
    probe.tested.pause(probe.now);
    probe.tested.pause(probe.now + seconds(1)); // paused already
    probe.advance(seconds(1000));
    probe.tested.resume(probe.now);
    EXPECT_EQ(left(), 5);
}

TEST_P(session_deadlines, count_what_happens_during_a_pause_from_its_end_at_the_latest) {
    probe.tested.pause(probe.now);
    probe.advance(seconds(50));
    probe.feed(probe.peer.text("x"));
    probe.advance(seconds(50));
    probe.tested.resume(probe.now);
    EXPECT_EQ(left(), 30);
    probe.tested.pause(probe.now);
    probe.advance(seconds(50));
    probe.tested.ping({}, probe.now);
    probe.advance(seconds(50));
    probe.tested.resume(probe.now);
    EXPECT_EQ(left(), 20);
}

TEST_P(session_deadlines, for_the_close_run_even_if_it_was_begun_while_paused) {
    probe.tested.pause(probe.now);
    probe.advance(seconds(50));
    probe.tested.close(close_code::normal, {}, probe.now);
    EXPECT_EQ(left(), 5);
}

// --- messages in progress

class session_message_deadline : public ::testing::TestWithParam<role> {
protected:
    static constexpr session_timeouts patient{
        .idle = {}, .ping_interval = {}, .pong = {}, .message = seconds(60)};

    session_message_deadline() : probe(GetParam(), {.message_rate_min = 100}, patient) {
        probe.open();
    }

    std::int64_t left() const {
        const auto wait = probe.tested.next_deadline() - probe.now;
        return std::chrono::duration_cast<seconds>(wait).count();
    }

    void expect_end() {
        EXPECT_EQ(probe.error(), errc::message_timeout);
        EXPECT_EQ(probe.error(), condition::timeout);
        EXPECT_EQ(probe.sent_close_code(), 1008U);
        EXPECT_EQ(probe.tested.outcome().began, side::local);
    }

    /// A part of one frame of 16 MiB: its header, then payload.
    void begin_huge_frame(std::size_t came) {
        auto bytes = probe.peer.header(fin | 0x2, 127, 16 * 1024 * 1024);
        bytes.resize(bytes.size() + came);
        probe.feed(bytes);
    }

    session_probe probe;
};
INSTANTIATE_TEST_SUITE_P(, session_message_deadline, ::testing::ValuesIn(both_roles),
                         name_of_role);

TEST_P(session_message_deadline, is_for_messages_in_progress_alone) {
    EXPECT_EQ(probe.tested.next_deadline(), never);
    probe.feed(probe.peer.begin_text("a"));
    EXPECT_EQ(left(), 60);
    probe.feed(probe.peer.last_part("b"));
    EXPECT_EQ(probe.tested.next_deadline(), never);
    begin_huge_frame(0);
    EXPECT_TRUE(probe.pass_deadline());
    expect_end();
}

TEST_P(session_message_deadline, ends_a_huge_frame_of_which_a_byte_comes_now_and_then) {
    begin_huge_frame(1024 * 1024); // fast, which buys no more than a minute
    EXPECT_EQ(left(), 60);
    const byte_string byte(1);
    int bytes = 0;
    for (; probe.tested.state() == session_state::open && bytes < 10; ++bytes) {
        probe.advance(seconds(25));
        probe.tested.handle_deadline(probe.now);
        probe.feed(byte);
    }
    EXPECT_EQ(bytes, 3);
    expect_end();
}

TEST_P(session_message_deadline, is_not_put_off_by_pings_pongs_and_empty_fragments) {
    probe.feed(probe.peer.begin_text("a"));
    for (int i = 0; i < 2; ++i) {
        probe.advance(seconds(25));
        probe.feed(probe.peer.ping("x") + probe.peer.part("") + probe.peer.pong("x"));
    }
    EXPECT_EQ(left(), 10);
    EXPECT_TRUE(probe.pass_deadline());
    expect_end();
}

TEST_P(session_message_deadline, gives_a_slow_peer_all_the_time_it_needs) {
    probe.feed(probe.peer.begin_binary(std::string(2000, 'x')));
    for (int i = 0; i < 500; ++i) {
        probe.advance(seconds(20));
        probe.tested.handle_deadline(probe.now);
        probe.feed(probe.peer.part(std::string(2000, 'x')));
    }
    probe.feed(probe.peer.last_part("end"));
    ASSERT_EQ(probe.events.size(), 1U);
    EXPECT_EQ(probe.events[0].payload.size(), 501U * 2000 + 3);
    EXPECT_EQ(probe.tested.next_deadline(), never);
}

TEST_P(session_message_deadline, counts_how_far_a_message_is_behind) {
    probe.feed(probe.peer.begin_binary("a"));
    probe.advance(seconds(50));
    probe.feed(probe.peer.part(std::string(3000, 'x')));
    EXPECT_EQ(left(), 40);
    probe.feed(probe.peer.part(std::string(1'000'000, 'x')));
    EXPECT_EQ(left(), 60);
}

TEST_P(session_message_deadline, stands_still_during_a_pause_and_while_input_is_held) {
    probe.feed(probe.peer.begin_text("a"));
    probe.advance(seconds(50));
    probe.tested.pause(probe.now);
    EXPECT_EQ(probe.tested.next_deadline(), never);
    probe.advance(seconds(1000));
    probe.tested.resume(probe.now);
    EXPECT_EQ(left(), 10);
    probe.tested.hold_input(true, probe.now);
    EXPECT_EQ(probe.tested.next_deadline(), never);
    probe.advance(seconds(1000));
    probe.tested.handle_deadline(probe.now);
    EXPECT_EQ(probe.tested.state(), session_state::open);
    probe.tested.hold_input(false, probe.now);
    EXPECT_EQ(left(), 60);
}

TEST_P(session_message_deadline, of_zero_never_comes_and_no_rate_asks_for_a_byte_only) {
    session_probe endless{GetParam(), {}, {{}, {}, {}, {}, {}, {}}};
    endless.open();
    endless.feed(endless.peer.begin_text("a"));
    EXPECT_FALSE(endless.pass_deadline());
    session_probe any{GetParam(), {.message_rate_min = 0}, patient};
    any.open();
    any.feed(any.peer.begin_text("a"));
    any.advance(seconds(59));
    any.feed(any.peer.part("b"));
    EXPECT_EQ(any.tested.next_deadline(), any.now + seconds(60));
}

} // namespace
} // namespace weft
