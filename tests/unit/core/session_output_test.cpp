// SPDX-License-Identifier: MIT
// What a session sends: frames, their masks, delayed pongs, and output that is taken in any pieces
// and moves between lent and own memory. RFC 6455 §5.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;

class session_output : public ::testing::TestWithParam<role> {
protected:
    session_output() : probe(GetParam()) { probe.open(); }

    std::vector<std::string> payloads(const std::vector<read_frame>& frames) const {
        std::vector<std::string> all;
        for (const auto& frame : frames)
            all.push_back(frame.payload);
        return all;
    }

    session_probe probe;
};
INSTANTIATE_TEST_SUITE_P(, session_output, ::testing::ValuesIn(both_roles), name_of_role);

TEST_P(session_output, of_messages_uses_the_shortest_header) {
    for (const std::size_t size : {0, 1, 125, 126, 127, 65535, 65536, 200'000}) {
        const std::string payload(size, 'x');
        ASSERT_TRUE(probe.tested.send(payload));
        probe.collect();
        const std::size_t masked = GetParam() == role::client ? 4 : 0;
        const std::size_t header = 2 + masked + (size > 65535 ? 8U : size > 125 ? 2U : 0U);
        EXPECT_EQ(probe.sent.size(), header + size);
        const auto frames = probe.sent_frames();
        ASSERT_EQ(frames.size(), 1U);
        EXPECT_EQ(frames[0].first, fin | 0x1);
        EXPECT_EQ(frames[0].masked, GetParam() == role::client);
        EXPECT_EQ(frames[0].payload, payload);
    }
}

TEST_P(session_output, of_parts_makes_one_fragmented_message) {
    EXPECT_TRUE(probe.tested.send_part(message::binary("a"), false));
    EXPECT_FALSE(probe.tested.send("not inside a message"));
    EXPECT_TRUE(probe.tested.ping({}, probe.now)); // between frames is allowed
    EXPECT_TRUE(probe.tested.send_part("b", false));
    EXPECT_TRUE(probe.tested.send_part("", true));
    EXPECT_TRUE(probe.tested.send("after it"));
    probe.collect();
    std::vector<unsigned> firsts;
    for (const auto& frame : probe.sent_frames())
        firsts.push_back(frame.first);
    EXPECT_EQ(firsts, (std::vector<unsigned>{0x2, fin | 0x9, 0x0, fin, fin | 0x1}));
}

TEST_P(session_output, of_parts_that_were_announced_lets_no_message_go_before_them) {
    probe.tested.announce_parts();
    EXPECT_TRUE(probe.tested.sending_parts());
    EXPECT_EQ(probe.tested.output_size(), 0U);
    EXPECT_FALSE(probe.tested.send("before it"));
    EXPECT_TRUE(probe.tested.ping({}, probe.now));
    EXPECT_TRUE(probe.tested.send_part("a", false));
    EXPECT_TRUE(probe.tested.send_part("", true));
    probe.tested.announce_parts();
    EXPECT_TRUE(probe.tested.send_part(message::binary("all"), true));
    EXPECT_TRUE(probe.tested.send("after it"));
    probe.collect();
    std::vector<unsigned> firsts;
    for (const auto& frame : probe.sent_frames()) firsts.push_back(frame.first);
    EXPECT_EQ(firsts, (std::vector<unsigned>{fin | 0x9, 0x1, fin, fin | 0x2, fin | 0x1}));
    EXPECT_EQ(probe.tested.traffic().messages_sent, 3U);
}

TEST_P(session_output, of_control_frames_is_cut_to_125_bytes) {
    const auto payload = to_bytes(std::string(126, 'p'));
    probe.tested.ping(payload, probe.now);
    probe.tested.pong(payload);
    probe.collect();
    for (const auto& frame : probe.sent_frames())
        EXPECT_EQ(frame.payload.size(), 125U);
}

TEST_P(session_output, answers_each_ping_with_its_payload) {
    probe.feed(probe.peer.ping("1") + probe.peer.ping("") + probe.peer.ping("3"));
    const auto frames = probe.sent_frames();
    EXPECT_EQ(payloads(frames), (std::vector<std::string>{"1", "", "3"}));
    for (const auto& frame : frames)
        EXPECT_EQ(frame.first, fin | 0xa);
}

TEST_P(session_output, delays_pongs_behind_much_output_and_keeps_the_last) {
    const std::string large(64 * 1024, 'x');
    probe.lends = false;
    probe.tested.send(large);
    auto pings = probe.peer.ping("1") + probe.peer.ping("2");
    probe.tested.receive(pings, probe.now);
    probe.pull();
    EXPECT_EQ(probe.events.size(), 2U); // reported at once
    const auto waiting = probe.tested.output_size();
    probe.tested.consume_output(waiting - 10, probe.now);
    auto later = probe.peer.ping("3");
    probe.tested.receive(later, probe.now);
    probe.pull();
    probe.tested.consume_output(9, probe.now);
    EXPECT_EQ(probe.tested.output_size(), 1U);
    probe.tested.consume_output(1, probe.now);
    probe.collect();
    EXPECT_EQ(payloads(probe.sent_frames()), (std::vector<std::string>{"3"}));
}

TEST_P(session_output, does_not_grow_with_pings) {
    probe.tested.send(std::string(64 * 1024, 'x'));
    const auto before = probe.tested.output_size();
    const auto pings = probe.peer.ping(std::string(125, 'p'));
    for (int i = 0; i < 1000; ++i) {
        auto copy = pings;
        probe.tested.receive(copy, probe.now);
        probe.pull();
    }
    EXPECT_EQ(probe.tested.output_size(), before);
}

// curl 16706: a pong inside a half-sent frame
TEST_P(session_output, puts_control_frames_only_between_frames) {
    for (const bool lends : {false, true}) {
        session_probe each{GetParam()};
        each.open();
        scratch lent;
        if (lends) each.tested.borrow(lent);
        const std::string large(40'000, 'x');
        each.tested.send(large);
        byte_string taken;
        while (each.tested.output_size() != 0) {
            const auto piece = *each.tested.output().begin();
            const auto size = std::min<std::size_t>(piece.size(), 7000);
            taken.insert(taken.end(), piece.begin(),
                         piece.begin() + static_cast<std::ptrdiff_t>(size));
            each.tested.consume_output(size, each.now);
            if (taken.size() > 30'000) continue;
            auto ping = each.peer.ping("p");
            each.tested.receive(ping, each.now);
            each.pull();
        }
        const auto frames = read_frames(taken);
        ASSERT_GT(frames.size(), 2U);
        EXPECT_EQ(frames[0].payload, large);
        for (std::size_t i = 1; i < frames.size(); ++i)
            EXPECT_EQ(frames[i].first, fin | 0xa);
        each.tested.settle();
    }
}

/// Some of everything that makes output; large enough for a payload that is not copied.
void fill(session& tested, const std::string& large, time_point now) {
    tested.send("small");
    tested.send_part("part", false);
    tested.ping({}, now);
    tested.send_part(large, true);
    tested.send("end");
}

TEST_P(session_output, may_be_taken_up_to_any_byte) {
    const std::string large(16 * 1024, 'l');
    for (const bool lends : {false, true}) {
        session_probe whole{GetParam()};
        whole.open();
        fill(whole.tested, large, whole.now);
        whole.collect();
        const auto size = whole.sent.size();
        for (std::size_t first = 0; first <= size;
             first += first < 60 || first + 60 > size ? 1 : 997) {
            session_probe each{GetParam()};
            each.open();
            scratch lent;
            if (lends) each.tested.borrow(lent);
            fill(each.tested, large, each.now);
            for (auto left = first; left != 0;) {
                const auto piece = *each.tested.output().begin();
                const auto count = std::min(left, piece.size());
                each.sent.insert(each.sent.end(), piece.begin(),
                                 piece.begin() + static_cast<std::ptrdiff_t>(count));
                each.tested.consume_output(count, each.now);
                left -= count;
            }
            EXPECT_EQ(each.tested.output_size(), size - first);
            each.tested.settle();
            EXPECT_EQ(each.tested.output_size(), size - first);
            if (lends) each.tested.borrow(lent);
            each.collect();
            ASSERT_EQ(each.sent, whole.sent) << first;
        }
    }
}

TEST_P(session_output, taken_byte_by_byte_across_settling_is_the_same) {
    const std::string large(17'000, 'l');
    session_probe whole{GetParam()};
    whole.open();
    session_probe each{GetParam()};
    each.open();
    std::mt19937 random{5};
    for (int round = 0; round < 3; ++round) {
        fill(whole.tested, large, whole.now);
        scratch lent;
        each.tested.borrow(lent);
        fill(each.tested, large, each.now);
        for (auto steps = random() % 9000; steps > 0 && each.tested.output_size() > 0; --steps) {
            each.sent.push_back(each.tested.output().begin()->front());
            each.tested.consume_output(1, each.now);
            if (random() % 1000 == 0) each.tested.settle_output();
        }
        each.tested.settle();
    }
    whole.collect();
    each.collect();
    EXPECT_EQ(each.sent, whole.sent);
    EXPECT_EQ(read_frames(each.sent).size(), 15U);
}

TEST(session_large_output, of_a_server_is_not_copied_until_it_must_be) {
    session_probe probe{role::server};
    probe.open();
    scratch lent;
    probe.tested.borrow(lent);
    std::string large(16 * 1024, 'l');
    probe.tested.send("before");
    probe.tested.send(large);
    const auto list = probe.tested.output();
    EXPECT_EQ(list.size(), 2U);
    EXPECT_EQ(static_cast<const void*>(list.pieces[1].data()), large.data());
    probe.tested.settle_output();
    std::fill(large.begin(), large.end(), '?');
    probe.collect();
    EXPECT_EQ(probe.sent_frames().at(1).payload, std::string(16 * 1024, 'l'));
    probe.tested.settle();
}

// An echo of a large message: what is sent lies in memory that ends with the next event.
TEST(session_large_output, survives_the_message_that_it_echoes) {
    const std::string large(50'000, 'e');
    for (const bool fragmented : {false, true}) {
        session_probe probe{role::server};
        probe.open();
        scratch lent;
        probe.tested.borrow(lent);
        auto bytes = fragmented ? probe.peer.begin_text(large) + probe.peer.last_part("")
                                : probe.peer.text(large);
        bytes = bytes + probe.peer.text("next");
        probe.tested.receive(bytes, probe.now);
        for (auto next = probe.tested.next_event(probe.now); next.type != event_type::none;
             next = probe.tested.next_event(probe.now)) {
            probe.tested.send(message(next.payload, true));
        }
        probe.collect();
        EXPECT_EQ(probe.sent_frames().at(0).payload, large);
        probe.tested.settle();
    }
}

TEST(session_large_output, header_of_an_echo_takes_the_place_of_the_received_one) {
    for (const std::size_t size : {16'384U, 65'535U, 65'536U}) {
        session_probe probe{role::server};
        probe.open();
        scratch lent;
        probe.tested.borrow(lent);
        const std::string large(size, 'e');
        auto bytes = probe.peer.binary(large);
        probe.tested.receive(bytes, probe.now);
        const auto received = probe.tested.next_event(probe.now);
        ASSERT_EQ(received.type, event_type::message);
        probe.tested.send(message(received.payload, false));
        const auto list = probe.tested.output();
        EXPECT_EQ(list.size(), 1U);
        EXPECT_EQ(list.pieces[0].data() + list.pieces[0].size(), received.payload.data() + size);
        EXPECT_EQ(to_text(received.payload), large) << "the message is unchanged";
        probe.collect();
        EXPECT_EQ(probe.sent_frames().at(0).payload, large);
        probe.tested.settle();
    }
}

TEST(session_large_output, message_that_is_sent_back_twice_or_in_part_is_not_damaged) {
    session_probe probe{role::server};
    probe.open();
    scratch lent;
    probe.tested.borrow(lent);
    std::string large;
    while (large.size() < 70'000) large += std::to_string(large.size());
    auto bytes = probe.peer.binary(large) + probe.peer.binary(large) + probe.peer.ping("x");
    probe.tested.receive(bytes, probe.now);
    const auto first = probe.tested.next_event(probe.now).payload;
    probe.tested.send("before");
    probe.tested.send(message(first, false));
    probe.tested.send(message(first.first(20'000), false));
    probe.tested.send(message(first.subspan(5), false));
    probe.tested.send(message(first, false));
    const auto second = probe.tested.next_event(probe.now).payload;
    EXPECT_EQ(to_text(second), large);
    probe.tested.send(message(second.last(large.size() - 14), false));
    probe.tested.send(message(second, false));
    EXPECT_EQ(probe.tested.next_event(probe.now).type, event_type::ping);
    probe.collect();
    const auto sent = probe.sent_frames();
    ASSERT_EQ(sent.size(), 8U);
    EXPECT_EQ(sent[0].payload, "before");
    EXPECT_EQ(sent[1].payload, large);
    EXPECT_EQ(sent[2].payload, large.substr(0, 20'000));
    EXPECT_EQ(sent[3].payload, large.substr(5));
    EXPECT_EQ(sent[4].payload, large);
    EXPECT_EQ(sent[5].payload, large.substr(14));
    EXPECT_EQ(sent[6].payload, large);
    probe.tested.settle();
}

// curl CVE-2025-10148, gorilla GHSA-w67g-5rqw-f597: predictable or constant masks
TEST(session_mask, is_fresh_for_each_frame_and_comes_from_the_random_source) {
    session_probe probe{role::client};
    probe.open();
    auto expected = probe.random;
    for (int i = 0; i < 1000; ++i) {
        probe.tested.send("payload");
        if (i % 3 == 0) probe.tested.ping({}, probe.now);
        if (i % 5 == 0) probe.tested.send_part("", true);
    }
    probe.tested.close(close_code::normal, {}, probe.now);
    probe.collect();
    std::set<std::array<std::byte, 4>> keys;
    std::array<unsigned, 32> ones{};
    const auto frames = probe.sent_frames();
    for (const auto& frame : frames) {
        EXPECT_TRUE(frame.masked);
        keys.insert(frame.key);
        std::array<std::byte, 4> key{};
        expected.fill(key);
        EXPECT_EQ(frame.key, key);
        for (std::size_t bit = 0; bit < 32; ++bit) {
            ones[bit] += std::to_integer<unsigned>(frame.key[bit / 8] >> (bit % 8)) & 1U;
        }
    }
    EXPECT_GE(keys.size(), frames.size() - 1);
    for (const auto count : ones) {
        EXPECT_GT(count, frames.size() * 4 / 10);
        EXPECT_LT(count, frames.size() * 6 / 10);
    }
}

TEST(session_mask, leaves_the_sender_s_payload_as_it_is) {
    session_probe probe{role::client};
    probe.open();
    const std::string payload(10'000, 'k');
    probe.tested.send(payload);
    probe.collect();
    EXPECT_EQ(payload, std::string(10'000, 'k'));
    EXPECT_EQ(probe.sent_frames().at(0).payload, payload);
}

} // namespace
} // namespace weft
