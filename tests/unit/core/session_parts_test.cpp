// SPDX-License-Identifier: MIT
// Messages that are reported in parts: every cut, both roles, plain and compressed; limits, text
// that is cut inside characters, control frames between, pauses, and what is allocated.
#include <gtest/gtest.h>

#include <algorithm>

#include "session_probe.hpp"
#include "support/allocations.hpp"
#include "support/run_length_codec.hpp"

namespace weft {
namespace {

using namespace testing;

constexpr unsigned rsv1 = 0x40;

/// A session that reports parts, which begins open.
struct parts_probe : session_probe {
    explicit parts_probe(role ours, const session_limits& limits = {}, bool with_codec = false,
                         const session_timeouts& timeouts = {})
        : session_probe(ours, limits, timeouts,
                        {.subprotocol = {},
                         .codec = message_codec_ptr(with_codec ? new run_length_codec : nullptr)}) {
        options.receives_parts = true;
        pull();
        events.clear();
    }

    /// The events, with the parts of each message joined. Checks the order of the parts.
    [[nodiscard]] std::vector<event_record> joined() const {
        std::vector<event_record> all;
        bool in_message = false;
        event_record whole;
        for (const auto& next : events) {
            if (next.type != event_type::part) {
                all.push_back(next);
                continue;
            }
            EXPECT_EQ(next.is_first, !in_message);
            EXPECT_TRUE(next.is_last || !next.payload.empty());
            if (next.is_first) whole = {event_type::message, next.is_text, {}};
            EXPECT_EQ(next.is_text, whole.is_text);
            whole.payload += next.payload;
            in_message = !next.is_last;
            if (next.is_last) all.push_back(whole);
        }
        return all;
    }
};

event_record part_event(std::string_view payload, bool is_first, bool is_last) {
    return {event_type::part, false, std::string(payload), is_first, is_last};
}

class session_parts : public ::testing::TestWithParam<role> {};
INSTANTIATE_TEST_SUITE_P(, session_parts, ::testing::ValuesIn(both_roles), name_of_role);

const std::string three_snowmen = "\xe2\x98\x83\xe2\x98\x83\xe2\x98\x83";

TEST_P(session_parts, make_up_the_same_messages_however_they_are_cut) {
    const auto bytes_of_peer = [](parts_probe& probe) {
        auto& peer = probe.peer;
        const std::string runs = run_lengths("aaaabbbb" + three_snowmen);
        return peer.text("hello") + peer.begin_text(three_snowmen.substr(0, 4)) + peer.ping("1") +
            peer.part("") + peer.last_part(three_snowmen.substr(4)) + peer.binary("") +
            peer.frame(rsv1 | 0x1, runs.substr(0, 1)) + peer.ping("2") + peer.part("") +
            peer.part(runs.substr(1, 4)) + peer.pong("3") + peer.last_part(runs.substr(5)) +
            peer.frame(fin | rsv1 | 0x2, run_lengths(std::string(700, 'x'))) +
            peer.frame(fin | rsv1 | 0x2, run_lengths("")) + peer.begin_binary("") + peer.part("") +
            peer.last_part("") + peer.frame(rsv1 | 0x2, "") + peer.part(run_lengths("zzz")) +
            peer.last_part("") + peer.text("end") + peer.close(1000);
    };
    const std::vector<event_record> expected{
        text_event("hello"),
        {event_type::ping, false, "1"},
        text_event(three_snowmen),
        binary_event(""),
        {event_type::ping, false, "2"},
        {event_type::pong, false, "3"},
        text_event("aaaabbbb" + three_snowmen),
        binary_event(std::string(700, 'x')),
        binary_event(""),
        binary_event(""),
        binary_event("zzz"),
        text_event("end"),
        {event_type::closed}};
    parts_probe measure{GetParam(), {}, true};
    const std::size_t size = bytes_of_peer(measure).size();
    auto all = splittings(size);
    for (std::size_t first = 1; first < size; ++first) all.push_back({first, size - first});
    for (const auto& sizes : all) {
        for (const bool lends : {true, false}) {
            for (const std::size_t most : {std::size_t{3}, unlimited}) {
                parts_probe probe{GetParam(), {.message_size_max = most}, true};
                probe.lends = lends;
                probe.feed(bytes_of_peer(probe), sizes);
                ASSERT_EQ(probe.joined(), expected) << sizes.size() << ", first " << sizes[0];
                EXPECT_EQ(probe.tested.traffic().messages_received, 9U);
                for (const auto& part : probe.events) {
                    if (part.type != event_type::part) continue;
                    EXPECT_LE(part.payload.size(), most);
                }
            }
        }
    }
}

TEST_P(session_parts, come_as_their_bytes_arrive) {
    parts_probe probe{GetParam()};
    const auto frame = probe.peer.binary(std::string(1000, 'x'));
    const std::size_t header = frame.size() - 1000;
    probe.feed(frame, {header - 1, 1, 10, 990});
    EXPECT_EQ(probe.events,
              (std::vector<event_record>{part_event(std::string(10, 'x'), true, false),
                                         part_event(std::string(990, 'x'), false, true)}));
}

TEST_P(session_parts, of_a_message_that_was_announced_as_endless) {
    parts_probe probe{GetParam(), {.message_size_max = 4}};
    probe.feed(probe.peer.header(0x2, 127, (1ULL << 63) - 1));
    probe.feed(to_bytes("abcdefghij"));
    ASSERT_EQ(probe.events.size(), 3U);
    EXPECT_EQ(probe.events[0].payload.size(), 4U);
    EXPECT_EQ(probe.events[2].payload.size(), 2U);
    EXPECT_FALSE(probe.error());
    probe.feed_eof();
    EXPECT_EQ(probe.events.back().type, event_type::failed);
    EXPECT_EQ(probe.error(), errc::unexpected_eof);
}

TEST_P(session_parts, of_frames_still_have_the_limit_of_a_frame) {
    parts_probe probe{GetParam(), {.frame_size_max = 100}};
    probe.feed(probe.peer.begin_binary(std::string(100, 'x')) + probe.peer.header(0, 126, 1000));
    EXPECT_EQ(probe.error(), errc::frame_too_big);
    EXPECT_EQ(probe.joined(), (std::vector<event_record>{{event_type::failed}}));
}

TEST_P(session_parts, are_not_limited_in_number_but_frames_without_payload_are) {
    parts_probe probe{GetParam(), {.fragment_count_max = 10}};
    probe.feed(probe.peer.begin_binary("x"));
    for (int i = 0; i < 100; ++i) probe.feed(probe.peer.part("y"));
    EXPECT_FALSE(probe.error());
    for (int i = 0; i < 9; ++i) probe.feed(probe.peer.part(""));
    EXPECT_FALSE(probe.error());
    probe.feed(probe.peer.part(""));
    EXPECT_EQ(probe.error(), errc::too_many_fragments);
}

TEST_P(session_parts, of_text_are_checked_across_their_borders) {
    const std::string wrong[] = {"\xe2\x98", "\xe2\x98x", "a\xff", "\xed\xa0\x80", "\xc0\x80"};
    for (const auto& bad : wrong) {
        const std::string text = three_snowmen + bad;
        for (const std::size_t most : {std::size_t{1}, std::size_t{2}, unlimited}) {
            for (std::size_t cut = 0; cut <= text.size(); ++cut) {
                for (const bool compressed : {false, true}) {
                    parts_probe probe{GetParam(), {.message_size_max = most}, true};
                    const auto whole = compressed ? run_lengths(text) : text;
                    const unsigned first = compressed ? rsv1 | 0x1 : 0x1;
                    probe.feed(probe.peer.frame(first, whole.substr(0, cut)) +
                               probe.peer.last_part(whole.substr(cut)));
                    EXPECT_EQ(probe.error(), errc::bad_utf8) << text << ", cut at " << cut;
                    EXPECT_EQ(probe.joined(), (std::vector<event_record>{{event_type::failed}}));
                }
            }
        }
    }
}

TEST_P(session_parts, wait_while_the_session_is_paused) {
    for (const bool compressed : {false, true}) {
        parts_probe probe{GetParam(), {.message_size_max = 100}, true};
        const std::string text(1000, 'x');
        auto frame = compressed ? probe.peer.frame(fin | rsv1 | 0x2, run_lengths(text))
                                : probe.peer.binary(text);
        scratch lent;
        int parts = 0;
        const auto pull_one = [&] {
            const event next = probe.tested.next_event(probe.now);
            EXPECT_EQ(next.type, event_type::part);
            EXPECT_EQ(next.payload.size(), 100U);
            EXPECT_EQ(next.is_last, ++parts == 10);
            EXPECT_EQ(to_text(next.payload), std::string(100, 'x'));
        };
        probe.tested.borrow(lent);
        probe.tested.receive(frame, probe.now);
        pull_one();
        for (int i = 1; i < 10; ++i) {
            probe.tested.pause(probe.now);
            EXPECT_EQ(probe.tested.next_event(probe.now).type, event_type::none);
            EXPECT_FALSE(probe.tested.wants_input());
            probe.tested.settle();
            probe.advance(std::chrono::hours(1));
            EXPECT_EQ(probe.tested.next_deadline(), never);
            probe.tested.borrow(lent);
            probe.tested.resume(probe.now);
            pull_one();
        }
        EXPECT_EQ(probe.tested.next_event(probe.now).type, event_type::none);
        probe.tested.settle();
        EXPECT_FALSE(probe.tested.owns_memory());
    }
}

TEST_P(session_parts, that_were_not_read_when_the_session_closed_are_dropped) {
    parts_probe probe{GetParam(), {.message_size_max = 10}};
    probe.feed(probe.peer.begin_binary(std::string(10, 'a')));
    probe.tested.pause(probe.now);
    probe.feed(probe.peer.last_part(std::string(100, 'b')) + probe.peer.binary("c"));
    probe.tested.close(close_code::normal, {}, probe.now);
    probe.feed(probe.peer.binary(std::string(100, 'd')) + probe.peer.close(1000));
    EXPECT_EQ(probe.events,
              (std::vector<event_record>{part_event(std::string(10, 'a'), true, false),
                                         {event_type::closed}}));
}

TEST_P(session_parts, keep_the_deadline_of_a_message) {
    parts_probe probe{
        GetParam(), {}, false, {.ping_interval = {}, .message = std::chrono::seconds(60)}};
    probe.feed(probe.peer.begin_binary("x"));
    for (int i = 0; i < 10; ++i) { // as much as the minimum rate asks for
        probe.advance(std::chrono::seconds(50));
        probe.feed(probe.peer.part(std::string(50 * 1024, 'x')));
    }
    EXPECT_FALSE(probe.error());
    probe.advance(std::chrono::seconds(50));
    probe.feed(probe.peer.part(""));
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.error(), errc::message_timeout);
}

TEST_P(session_parts, of_a_long_message_are_allocated_for_once) {
    parts_probe probe{GetParam()};
    auto begin = probe.peer.begin_binary("x");
    auto middle = probe.peer.part(std::string(60'000, 'x'));
    auto end = probe.peer.last_part("x");
    scratch lent;
    std::size_t bytes = 0;
    const auto feed = [&](byte_string& from) {
        auto piece = from;
        const allocation_counter counted;
        probe.tested.borrow(lent);
        probe.tested.receive(piece, probe.now);
        for (;;) {
            const event next = probe.tested.next_event(probe.now);
            if (next.type == event_type::none) break;
            bytes += next.payload.size();
        }
        probe.tested.settle();
        return counted.count();
    };
    EXPECT_EQ(feed(begin), 1U);
    const live_memory held;
    for (int i = 0; i < 100; ++i) EXPECT_EQ(feed(middle), 0U);
    EXPECT_LT(held.peak(), 2 * middle.size()); // of this test
    EXPECT_EQ(feed(end), 0U);
    EXPECT_EQ(bytes, 6'000'002U);
    EXPECT_FALSE(probe.tested.owns_memory());
}

TEST_P(session_parts, end_the_session_when_memory_runs_out) {
    for (std::size_t nth = 1; nth < 10; ++nth) {
        parts_probe probe{GetParam(), {.message_size_max = 7}, true};
        const auto bytes = probe.peer.frame(rsv1 | 0x2, run_lengths(std::string(300, 'x'))) +
            probe.peer.last_part(run_lengths("yy"));
        bool ran_out = false;
        for (std::size_t at = 0; at < bytes.size() && !probe.error(); at += 2) {
            auto piece = byte_string(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(
                                                         std::min(at + 2, bytes.size())));
            std::vector<event_type> types(200);
            std::size_t count = 0;
            failing_allocation fails(nth);
            probe.tested.receive(piece, probe.now);
            for (;;) {
                types[count] = probe.tested.next_event(probe.now).type;
                if (types[count] == event_type::none) break;
                ++count;
            }
            probe.tested.settle();
            ran_out |= fails.happened();
        }
        if (ran_out) {
            EXPECT_EQ(probe.error(), std::errc::not_enough_memory);
        }
    }
}

} // namespace
} // namespace weft
