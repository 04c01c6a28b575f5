// SPDX-License-Identifier: MIT
// How long what an event shows stays, and where it lies: in what was given, or in memory of the
// session's own. RFC 6455 knows nothing of it.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;

class session_views : public ::testing::TestWithParam<role> {};
INSTANTIATE_TEST_SUITE_P(, session_views, ::testing::ValuesIn(both_roles), name_of_role);

TEST_P(session_views, lie_in_the_bytes_that_were_given_when_whole) {
    session_probe probe{GetParam()};
    probe.open();
    auto bytes = probe.peer.text("in place");
    probe.tested.receive(bytes, probe.now);
    const auto next = probe.tested.next_event(probe.now);
    EXPECT_EQ(next.payload.data() + next.payload.size(), bytes.data() + bytes.size());
    EXPECT_EQ(to_text(next.payload), "in place");
}

TEST_P(session_views, survive_every_command) {
    const std::string large(20'000, 'x');
    for (const bool lends : {false, true}) {
        for (const bool retained : {false, true}) {
            session_probe probe{GetParam()};
            probe.open();
            scratch lent;
            if (lends) probe.tested.borrow(lent);
            auto bytes = probe.peer.text("look at me") + probe.peer.begin_text("and ") +
                probe.peer.last_part("at me") + probe.peer.text("the last one");
            if (retained) probe.tested.pause(probe.now);
            probe.tested.receive(bytes, probe.now);
            if (retained) {
                probe.tested.settle();
                std::fill(bytes.begin(), bytes.end(), std::byte{0});
                if (lends) probe.tested.borrow(lent);
                probe.tested.resume(probe.now);
            }
            for (const std::string expected : {"look at me", "and at me", "the last one"}) {
                const auto next = probe.tested.next_event(probe.now);
                EXPECT_EQ(to_text(next.payload), expected);
                probe.tested.send(message(next.payload, true));
                probe.tested.pause(probe.now);
                probe.tested.forget_handshake();
                probe.tested.resume(probe.now);
                probe.tested.ping(next.payload, probe.now);
                probe.tested.settle_output();
                probe.tested.send_part(large, true);
                EXPECT_EQ(to_text(next.payload), expected);
                if (expected == "the last one")
                    probe.tested.close(close_code::normal, {}, probe.now);
                EXPECT_EQ(to_text(next.payload), expected);
                probe.collect();
            }
            probe.tested.fail(errc::aborted, probe.now);
        }
    }
}

TEST_P(session_views, of_nothing_are_no_reason_to_keep_memory) {
    session_probe probe{GetParam()};
    probe.open();
    probe.lends = false;
    probe.tested.send("takes memory of its own");
    probe.tested.consume_output(probe.tested.output_size(), probe.now);
    auto bytes = probe.peer.begin_text("") + probe.peer.last_part("");
    probe.tested.receive(bytes, probe.now);
    EXPECT_EQ(probe.tested.next_event(probe.now).type, event_type::message);
    probe.tested.pause(probe.now);
    probe.tested.resume(probe.now);
    EXPECT_EQ(probe.tested.next_event(probe.now).type, event_type::none);
}

TEST_P(session_views, of_retained_input_are_the_same_through_many_pauses) {
    session_probe probe{GetParam()};
    probe.open();
    std::mt19937 random{11};
    byte_string bytes;
    std::vector<event_record> expected;
    for (int i = 0; i < 300; ++i) {
        const auto payload = std::string(random() % 300, static_cast<char>('a' + i % 26));
        bytes = std::move(bytes) + probe.peer.text(payload);
        expected.push_back(text_event(payload));
    }
    std::span<const std::byte> left = bytes;
    while (!left.empty() || probe.events.size() < expected.size()) {
        if (random() % 3 == 0) probe.tested.pause(probe.now);
        if (random() % 2 == 0) probe.tested.resume(probe.now);
        const auto size = std::min<std::size_t>(left.size(), random() % 700);
        guard_page memory{left.first(size)};
        scratch lent;
        if (random() % 2 == 0) probe.tested.borrow(lent);
        if (size != 0) probe.tested.receive(memory.last(size), probe.now);
        for (auto budget = random() % 4; budget > 0; --budget) {
            const auto next = probe.tested.next_event(probe.now);
            if (next.type == event_type::none) break;
            probe.events.push_back({next.type, next.is_text, to_text(next.payload)});
        }
        probe.tested.settle();
        left = left.subspan(size);
        if (left.empty()) probe.tested.resume(probe.now);
    }
    EXPECT_EQ(probe.events, expected);
}

TEST_P(session_views, of_input_given_twice_before_it_was_pulled_come_in_order) {
    session_probe probe{GetParam()};
    probe.open();
    auto first = probe.peer.text("first"), second = probe.peer.text("second");
    const auto third = probe.peer.text("third");
    auto cut = std::span(second).first(4), rest = std::span(second).subspan(4);
    probe.tested.receive(first, probe.now);
    probe.tested.receive(cut, probe.now);
    scratch lent;
    probe.tested.borrow(lent); // takes over what was given before
    probe.tested.receive(rest, probe.now);
    auto last = third;
    probe.tested.receive(last, probe.now);
    probe.pull();
    probe.tested.settle();
    EXPECT_EQ(probe.events,
              (std::vector<event_record>{
                  text_event("first"), text_event("second"), text_event("third")}));
}

TEST_P(session_views, end_with_the_last_event_where_no_memory_is_lent) {
    session_probe probe{GetParam()};
    probe.open();
    const auto message = probe.peer.text("hello");
    for (const std::byte byte : message) {
        guard_page memory{1}; // is gone before the next byte, as bytes may be without `settle`
        memory.last(1)[0] = byte;
        probe.tested.receive(memory.last(1), probe.now);
        probe.pull();
    }
    EXPECT_EQ(probe.events, std::vector{text_event("hello")});
}

} // namespace
} // namespace weft
