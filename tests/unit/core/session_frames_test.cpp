// SPDX-License-Identifier: MIT
// Frames into events, in both roles: every vector whole, byte by byte, cut once at each byte and at
// random, ending against a guard page. RFC 6455 §5.
#include <gtest/gtest.h>

#include <tuple>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;

struct test_vector {
    std::string name;
    byte_string (*bytes)(frame_builder&);
    std::vector<event_record> expected;
    std::error_code error = {};
};

const std::string medium(70'000, 'm');
const std::string snowman = "\xe2\x98\x83";

std::vector<test_vector> all_vectors() {
    using b = frame_builder&;
    const event_record failed{event_type::failed};
    const event_record closed{event_type::closed};
    return {
        {"text", [](b p) { return p.text("hello"); }, {text_event("hello")}},
        {"binary", [](b p) { return p.binary("\x01\xff"); }, {binary_event("\x01\xff")}},
        {"empty",
         [](b p) { return p.text("") + p.binary(""); },
         {text_event(""), binary_event("")}},
        {"125",
         [](b p) { return p.text(std::string(125, 'a')); },
         {text_event(std::string(125, 'a'))}},
        {"126",
         [](b p) { return p.text(std::string(126, 'a')); },
         {text_event(std::string(126, 'a'))}},
        {"70000",
         [](b p) { return p.binary(medium) + p.text("x"); },
         {binary_event(medium), text_event("x")}},
        {"several",
         [](b p) { return p.text("a") + p.text("b") + p.binary("c"); },
         {text_event("a"), text_event("b"), binary_event("c")}},
        {"ping",
         [](b p) { return p.ping("are you there") + p.ping(); },
         {{event_type::ping, false, "are you there"}, {event_type::ping}}},
        {"pong",
         [](b p) { return p.pong("unasked") + p.pong(); },
         {{event_type::pong, false, "unasked"}, {event_type::pong}}},
        {"long_ping",
         [](b p) { return p.ping(std::string(125, 'p')); },
         {{event_type::ping, false, std::string(125, 'p')}}},
        {"fragments",
         [](b p) { return p.begin_text("he") + p.part("ll") + p.last_part("o"); },
         {text_event("hello")}},
        {"empty_fragments",
         [](b p) { return p.begin_binary("") + p.part("") + p.last_part(""); },
         {binary_event("")}},
        // curl 18286: an empty last fragment ends the message
        {"empty_last_fragment",
         [](b p) { return p.begin_text("all") + p.last_part("") + p.text("x"); },
         {text_event("all"), text_event("x")}},
        {"control_between_fragments",
         [](b p) {
             return p.begin_text("a") + p.ping("1") + p.part("b") + p.pong("2") + p.last_part("c");
         },
         {{event_type::ping, false, "1"}, {event_type::pong, false, "2"}, text_event("abc")}},
        {"character_across_fragments",
         [](b p) { return p.begin_text("\xe2") + p.part("\x98") + p.last_part("\x83"); },
         {text_event(snowman)}},
        {"text_after_unfinished_binary_bytes",
         [](b p) { return p.binary("\xe2") + p.text("ok"); },
         {binary_event("\xe2"), text_event("ok")}},
        {"close",
         [](b p) { return p.text("a") + p.close(1000, "bye") + p.text("never reported"); },
         {text_event("a"), closed}},
        {"close_inside_message", [](b p) { return p.begin_text("a") + p.close(1001); }, {closed}},

        {"bad_text",
         [](b p) { return p.text("ok") + p.text("a\xff"); },
         {text_event("ok"), failed},
         errc::bad_utf8},
        {"unfinished_text", [](b p) { return p.text("\xe2\x98"); }, {failed}, errc::bad_utf8},
        {"unfinished_fragments",
         [](b p) { return p.begin_text("a") + p.last_part("\xe2\x98"); },
         {failed},
         errc::bad_utf8},
        {"surrogate", [](b p) { return p.text("\xed\xa0\x80"); }, {failed}, errc::bad_utf8},
        {"rsv1",
         [](b p) { return p.text("a") + p.frame(fin | 0x41, "x"); },
         {text_event("a"), failed},
         errc::reserved_bits},
        {"rsv_on_ping", [](b p) { return p.frame(fin | 0x29, ""); }, {failed}, errc::reserved_bits},
        {"opcode_3", [](b p) { return p.frame(fin | 0x3, "x"); }, {failed}, errc::reserved_opcode},
        {"opcode_15", [](b p) { return p.frame(fin | 0xf, ""); }, {failed}, errc::reserved_opcode},
        // libsoup CVE-2026-15711: oversized control frames
        {"ping_126",
         [](b p) { return p.frame(fin | 0x9, std::string(126, 'x')); },
         {failed},
         errc::control_too_long},
        {"ping_64_bit_length",
         [](b p) { return p.header(fin | 0x9, 127, 1); },
         {failed},
         errc::control_too_long},
        {"ping_fragmented",
         [](b p) { return p.frame(0x9, "a"); },
         {failed},
         errc::control_fragmented},
        {"close_126",
         [](b p) { return p.frame(fin | 0x8, std::string(126, 'x')); },
         {failed},
         errc::control_too_long},
        {"stray_continuation",
         [](b p) { return p.part("a"); },
         {failed},
         errc::unexpected_continuation},
        {"stray_last_continuation",
         [](b p) { return p.text("x") + p.last_part("a"); },
         {text_event("x"), failed},
         errc::unexpected_continuation},
        {"text_inside_text",
         [](b p) { return p.begin_text("a") + p.text("b"); },
         {failed},
         errc::expected_continuation},
        {"binary_inside_empty",
         [](b p) { return p.begin_text("") + p.begin_binary(""); },
         {failed},
         errc::expected_continuation},
        {"close_1_byte",
         [](b p) { return p.frame(fin | 0x8, "x"); },
         {failed},
         errc::bad_close_payload},
        {"close_1005", [](b p) { return p.close(1005); }, {failed}, errc::bad_close_code},
        {"close_bad_reason", [](b p) { return p.close(1000, "\xff"); }, {failed}, errc::bad_utf8},
        {"not_minimal",
         [](b p) { return p.header(fin | 0x2, 126, 125); },
         {failed},
         errc::bad_length},
        {"too_big",
         [](b p) { return p.header(fin | 0x2, 127, (1ULL << 63) - 1); },
         {failed},
         errc::message_too_big},
    };
}

class session_frames : public ::testing::TestWithParam<std::tuple<role, test_vector>> {
protected:
    void expect(session_probe& probe, std::size_t pieces) {
        const auto& wanted = std::get<1>(GetParam());
        EXPECT_EQ(probe.events, wanted.expected) << pieces << " pieces";
        EXPECT_EQ(probe.error(), wanted.error) << pieces << " pieces";
        const auto code = wanted.error ? close_code_for(wanted.error) : close_code{};
        if (wanted.error) {
            EXPECT_EQ(probe.sent_close_code(), static_cast<unsigned>(code));
        }
        for (const auto& frame : read_frames(probe.sent))
            EXPECT_NE(frame.first, 0xffU);
    }

    role ours() const { return std::get<0>(GetParam()); }
    byte_string bytes_from(frame_builder& peer) const {
        return std::get<1>(GetParam()).bytes(peer);
    }
};

TEST_P(session_frames, make_the_same_events_however_they_are_cut) {
    session_probe measure{ours()};
    const auto size = bytes_from(measure.peer).size();
    for (const auto& sizes : splittings(size)) {
        session_probe probe{ours()};
        probe.open();
        probe.feed(bytes_from(probe.peer), sizes);
        expect(probe, sizes.size());
    }
}

TEST_P(session_frames, make_the_same_events_without_lent_memory) {
    session_probe probe{ours()};
    probe.open();
    probe.lends = false;
    const auto bytes = bytes_from(probe.peer);
    probe.feed(bytes, splittings(bytes.size(), 3).back());
    expect(probe, 0);
}

TEST_P(session_frames, make_the_same_events_after_a_pause_in_which_they_came) {
    session_probe measure{ours()};
    const auto size = bytes_from(measure.peer).size();
    for (const auto& sizes : splittings(size)) {
        session_probe probe{ours()};
        probe.open();
        probe.tested.pause(probe.now);
        probe.feed(bytes_from(probe.peer), sizes);
        EXPECT_TRUE(probe.events.empty());
        probe.tested.resume(probe.now);
        probe.pull();
        probe.collect();
        expect(probe, sizes.size());
    }
}

TEST(short_messages, of_every_length_arrive_and_leave_whole) {
    for (std::size_t size = 0; size <= 130; ++size) {
        std::string payload(size, ' ');
        for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(i * 7 + size);
        session_probe probe{role::server};
        probe.open();
        probe.feed(probe.peer.binary(payload));
        EXPECT_EQ(probe.events, std::vector{binary_event(payload)}) << size;
        scratch lent;
        probe.tested.borrow(lent);
        EXPECT_TRUE(probe.tested.send(message::binary(payload)));
        probe.collect();
        probe.tested.settle();
        const auto frames = read_frames(probe.sent);
        ASSERT_FALSE(frames.empty());
        EXPECT_EQ(frames.back().payload, payload) << size;
    }
}

INSTANTIATE_TEST_SUITE_P(all, session_frames,
                         ::testing::Combine(::testing::ValuesIn(both_roles),
                                            ::testing::ValuesIn(all_vectors())),
                         [](const auto& each) {
                             return name_of(std::get<0>(each.param)) + "_" +
                                 std::get<1>(each.param).name;
                         });

TEST(session_masking, is_demanded_of_clients_and_forbidden_to_servers) {
    for (const role ours : both_roles) {
        session_probe probe{ours};
        probe.open();
        probe.feed(frame_builder{ours}.text("wrong way round")); // as we would send it
        EXPECT_EQ(probe.error(), errc::bad_mask);
        EXPECT_EQ(probe.sent_close_code(), 1002U);
    }
}

TEST(session_pings, are_answered_by_the_caller_if_the_session_does_not) {
    for (const role ours : both_roles) {
        session_probe probe{ours};
        probe.options.answers_pings = false;
        probe.open();
        probe.feed(probe.peer.ping("first") + probe.peer.ping("second"));
        EXPECT_TRUE(probe.take_sent().empty());
        EXPECT_EQ(probe.events,
                  (std::vector<event_record>{{event_type::ping, false, "first"},
                                             {event_type::ping, false, "second"}}));
        EXPECT_TRUE(probe.tested.pong(std::as_bytes(std::span(std::string_view("second")))));
        probe.collect();
        const auto sent = probe.sent_frames();
        ASSERT_EQ(sent.size(), 1U);
        EXPECT_EQ(sent[0].payload, "second");
    }
}

// Fails at the first wrong byte, not at the end of the frame or of the message.
TEST(session_text, fails_at_the_byte_that_breaks_it) {
    for (const role ours : both_roles) {
        for (const std::string bad :
             {"\xff", "\xc0", "\xe0\x80", "\xed\xa0", "\xf4\x90", "\xf5", "\xe2\x28", "a\x80"}) {
            session_probe probe{ours};
            probe.open();
            const auto bytes = probe.peer.frame(0x1, "caf\xc3\xa9 " + bad + std::string(500, 'x'));
            const auto until_bad = bytes.size() - 500;
            for (std::size_t i = 0; i < until_bad; ++i) {
                ASSERT_TRUE(probe.events.empty()) << i << " of " << until_bad;
                probe.feed(std::span(bytes).subspan(i, 1));
            }
            EXPECT_EQ(probe.error(), errc::bad_utf8);
            EXPECT_EQ(probe.sent_close_code(), 1007U);
        }
    }
}

TEST(session_end, is_reported_after_earlier_input_also_after_a_pause) {
    for (const role ours : both_roles) {
        for (const bool pauses : {false, true}) {
            session_probe probe{ours};
            probe.open();
            if (pauses) probe.tested.pause(probe.now);
            probe.feed(probe.peer.text("a") + probe.peer.text("b") + probe.peer.begin_text("c"));
            probe.feed_eof();
            if (pauses) {
                EXPECT_TRUE(probe.events.empty());
                EXPECT_FALSE(probe.tested.wants_input());
                EXPECT_EQ(probe.tested.next_deadline(), never);
                probe.tested.resume(probe.now);
                probe.pull();
            }
            EXPECT_EQ(probe.events,
                      (std::vector<event_record>{
                          text_event("a"), text_event("b"), {event_type::failed}}));
            EXPECT_EQ(probe.error(), errc::unexpected_eof);
            EXPECT_EQ(probe.tested.outcome().code(), close_code::abnormal);
            EXPECT_EQ(probe.tested.outcome().began, side::peer);
            EXPECT_TRUE(probe.tested.finished());
        }
    }
}

TEST(session_end, by_the_stream_is_reported_at_once_and_drops_output) {
    for (const role ours : both_roles) {
        session_probe probe{ours};
        probe.open();
        probe.tested.send("waits");
        probe.tested.pause(probe.now);
        probe.tested.receive_error(std::make_error_code(std::errc::connection_reset), probe.now);
        EXPECT_EQ(probe.tested.output_size(), 0U);
        probe.pull();
        EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::failed}}));
        EXPECT_EQ(probe.error(), std::errc::connection_reset);
        EXPECT_EQ(probe.tested.outcome().began, side::system);
        EXPECT_TRUE(probe.tested.finished());
        EXPECT_EQ(probe.tested.next_deadline(), never);
    }
}

} // namespace
} // namespace weft
