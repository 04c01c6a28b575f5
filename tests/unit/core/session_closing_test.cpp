// SPDX-License-Identifier: MIT
// The closing handshake and every close code rule. RFC 6455 §5.5.1, §7.
#include <gtest/gtest.h>

#include <algorithm>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;

class session_closing : public ::testing::TestWithParam<role> {
protected:
    session_closing() : probe(GetParam()) { probe.open(); }
    session_probe probe;
};
INSTANTIATE_TEST_SUITE_P(, session_closing, ::testing::ValuesIn(both_roles), name_of_role);

bool is_legal(unsigned code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
        (code >= 3000 && code <= 4999);
}

TEST_P(session_closing, echoes_every_legal_code_and_refuses_every_other) {
    for (unsigned code = 0; code < 0x10000; ++code) {
        if (code > 5100 && code % 997 != 0 && code != 0xffff) continue;
        session_probe each{GetParam()};
        each.open();
        each.feed(each.peer.close(code, "why"));
        const auto frames = each.sent_frames();
        ASSERT_EQ(frames.size(), 1U);
        EXPECT_EQ(frames[0].close_code(), is_legal(code) ? code : 1002U) << code;
        EXPECT_EQ(each.events.back().type,
                  is_legal(code) ? event_type::closed : event_type::failed);
        if (!is_legal(code)) {
            EXPECT_EQ(each.error(), errc::bad_close_code) << code;
        }
    }
}

TEST_P(session_closing, answers_an_empty_close_with_an_empty_one) {
    probe.feed(probe.peer.close());
    const auto& why = probe.tested.outcome();
    EXPECT_TRUE(why.clean());
    EXPECT_EQ(why.began, side::peer);
    EXPECT_EQ(why.received->code, close_code::no_status);
    EXPECT_EQ(why.code(), close_code::no_status);
    const auto frames = probe.sent_frames();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].payload, "");
    EXPECT_EQ(frames[0].masked, GetParam() == role::client);
}

TEST_P(session_closing, begun_by_the_peer_is_reported_with_its_reason) {
    const std::string reason(123, 'r');
    probe.feed(probe.peer.close(4321, reason));
    EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::closed}}));
    EXPECT_EQ(probe.tested.outcome().reason(), reason);
    EXPECT_EQ(probe.tested.outcome().sent->code, static_cast<close_code>(4321));
    EXPECT_EQ(probe.tested.state(), session_state::closed);
    EXPECT_TRUE(probe.tested.output_ends());
    EXPECT_FALSE(probe.tested.finished());
    probe.feed(probe.peer.text("dropped") + probe.peer.ping("dropped"));
    EXPECT_EQ(probe.events.size(), 1U);
    probe.feed_eof();
    EXPECT_EQ(probe.events.size(), 1U);
    EXPECT_TRUE(probe.tested.finished());
}

TEST_P(session_closing, begun_here_ends_with_the_peer_s_answer) {
    probe.tested.close(close_code::going_away, "restart", probe.now);
    EXPECT_EQ(probe.tested.state(), session_state::closing);
    probe.collect();
    const auto frames = probe.sent_frames();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].close_code(), 1001U);
    EXPECT_EQ(frames[0].payload.substr(2), "restart");
    probe.feed(probe.peer.text("on its way") + probe.peer.ping() + probe.peer.close(1001));
    EXPECT_EQ(
        probe.events,
        (std::vector<event_record>{
            text_event("on its way"), {event_type::ping}, {event_type::closed}}));
    EXPECT_TRUE(probe.sent.empty()); // neither a pong nor a second close frame
    EXPECT_TRUE(probe.tested.outcome().clean());
    EXPECT_EQ(probe.tested.outcome().began, side::local);
    EXPECT_EQ(probe.tested.outcome().reason(), "restart");
}

TEST_P(session_closing, begun_by_both_at_once_is_clean) {
    probe.tested.close(close_code::normal, "mine", probe.now);
    probe.feed(probe.peer.close(4000, "theirs"));
    EXPECT_TRUE(probe.tested.outcome().clean());
    EXPECT_EQ(probe.tested.outcome().received->code, static_cast<close_code>(4000));
    EXPECT_EQ(read_frames(probe.sent).size(), 1U);
}

TEST_P(session_closing, sends_nothing_after_the_close_frame) {
    probe.tested.close(close_code::normal, {}, probe.now);
    EXPECT_FALSE(probe.tested.send("x"));
    EXPECT_FALSE(probe.tested.send_part("x", false));
    EXPECT_FALSE(probe.tested.ping({}, probe.now));
    EXPECT_FALSE(probe.tested.pong({}));
    probe.tested.close(close_code::normal, "again", probe.now);
    probe.collect();
    EXPECT_EQ(probe.sent_frames().size(), 1U);
}

TEST_P(session_closing, without_a_code_sends_an_empty_frame) {
    probe.tested.close(close_code::no_status, "not sent", probe.now);
    probe.collect();
    EXPECT_EQ(probe.sent_frames().at(0).payload, "");
    probe.feed(probe.peer.close(1000));
    ASSERT_TRUE(probe.tested.outcome().sent);
    EXPECT_EQ(probe.tested.outcome().sent->reason, "");
    EXPECT_EQ(probe.tested.outcome().reason(), "");
}

TEST_P(session_closing, cuts_a_long_reason_at_a_character) {
    for (std::size_t before = 119; before <= 123; ++before) {
        session_probe each{GetParam()};
        each.open();
        const std::string snowman = "\xe2\x98\x83";
        each.tested.close(close_code::normal, std::string(before, 'x') + snowman + "tail",
                          each.now);
        each.collect();
        const auto reason = each.sent_frames().at(0).payload.substr(2);
        EXPECT_LE(reason.size(), 123U);
        EXPECT_GE(reason.size(), 119U);
        EXPECT_TRUE(is_utf8(bytes_of(reason))) << before;
    }
}

TEST_P(session_closing, while_paused_resumes_and_drops_what_comes_but_the_close_frame) {
    probe.tested.pause(probe.now);
    probe.feed(probe.peer.text("waits") + probe.peer.begin_text("half"));
    probe.tested.close(close_code::normal, {}, probe.now);
    EXPECT_FALSE(probe.tested.paused());
    probe.feed(probe.peer.last_part("other half") + probe.peer.ping() + probe.peer.close(1000));
    EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::closed}}));
    EXPECT_TRUE(probe.tested.outcome().clean());
}

TEST_P(session_closing, forgets_what_it_drops_message_by_message) {
    session_probe each{GetParam(), {.message_size_max = 1000}};
    each.open();
    each.tested.pause(each.now);
    each.tested.close(close_code::normal, {}, each.now);
    for (int i = 0; i < 3; ++i) {
        each.feed(each.peer.begin_text(std::string(600, 'x')) + each.peer.last_part("x"));
    }
    each.feed(each.peer.close(1000));
    EXPECT_TRUE(each.tested.outcome().clean());
}

TEST_P(session_closing, still_checks_what_it_drops) {
    probe.tested.pause(probe.now);
    probe.tested.close(close_code::normal, {}, probe.now);
    probe.feed(probe.peer.text("\xff"));
    EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::failed}}));
    EXPECT_EQ(probe.error(), errc::bad_utf8);
    EXPECT_EQ(read_frames(probe.sent).size(), 1U); // a second close frame is not sent
}

TEST_P(session_closing, ends_in_failure_when_the_peer_never_answers) {
    probe.tested.close(close_code::normal, "bye", probe.now);
    probe.feed_eof();
    EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::failed}}));
    EXPECT_EQ(probe.error(), errc::unexpected_eof);
    EXPECT_FALSE(probe.tested.outcome().clean());
}

TEST_P(session_closing, tells_the_peer_why_it_failed) {
    for (const auto& [why, code] : {std::pair{errc::aborted, 1001U},
                                    {errc::handler_threw, 1011U},
                                    {errc::queue_full, 1008U},
                                    {errc::message_too_big, 1009U},
                                    {errc::bad_utf8, 1007U}}) {
        session_probe each{GetParam()};
        each.open();
        each.tested.fail(why, each.now);
        each.tested.fail(errc::gone, each.now); // the first one counts
        each.pull();
        each.collect();
        EXPECT_EQ(each.sent_close_code(), code);
        EXPECT_EQ(each.error(), why);
        EXPECT_EQ(each.events, (std::vector<event_record>{{event_type::failed}}));
        EXPECT_EQ(each.tested.outcome().sent->code, static_cast<close_code>(code));
    }
}

TEST_P(session_closing, in_the_middle_of_a_message_that_is_sent_comes_between_its_parts) {
    probe.tested.send_part("half", false);
    probe.feed(probe.peer.close(1000));
    const auto frames = probe.sent_frames();
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0].payload, "half");
    EXPECT_EQ(frames[1].code(), opcode::close);
    EXPECT_FALSE(probe.tested.send_part("other half", true));
}

/// The peer goes on with the header that it had begun.
TEST_P(session_closing, finds_the_close_frame_behind_a_header_whose_front_was_given_up) {
    const auto frame = probe.peer.binary(std::string(70'000, 'x'));
    for (std::size_t front = 1; front < 16; ++front) {
        session_probe each{GetParam()};
        each.open();
        each.feed(std::span(frame).first(front));
        each.tested.fail(errc::over_memory_budget, each.now);
        each.tested.drop_input();
        each.pull();
        EXPECT_FALSE(each.tested.output_ends()) << front;
        each.feed(std::span(frame).subspan(front));
        EXPECT_FALSE(each.tested.output_ends()) << front;
        each.feed(each.peer.close(1013));
        EXPECT_TRUE(each.tested.output_ends()) << front;
    }
}

TEST_P(session_closing, is_reported_when_the_end_of_the_stream_came_with_it) {
    auto bytes = probe.peer.text("last words") + probe.peer.close(1000);
    probe.tested.receive(bytes, probe.now);
    probe.tested.receive_eof(probe.now);
    probe.pull();
    EXPECT_EQ(probe.events,
              (std::vector<event_record>{text_event("last words"), {event_type::closed}}));
    EXPECT_TRUE(probe.tested.outcome().clean());
    EXPECT_FALSE(probe.tested.finished()); // our close frame waits
    probe.collect();
    EXPECT_TRUE(probe.tested.finished());
}

} // namespace
} // namespace weft
