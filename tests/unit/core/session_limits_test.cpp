// SPDX-License-Identifier: MIT
// Limits of messages, frames and fragments, in both roles: exactly, and by one more.
#include <gtest/gtest.h>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;

class session_limit : public ::testing::TestWithParam<role> {};
INSTANTIATE_TEST_SUITE_P(, session_limit, ::testing::ValuesIn(both_roles), name_of_role);

TEST_P(session_limit, of_a_message_in_one_frame_is_exact) {
    for (const std::size_t size : {1000, 1001}) {
        session_probe probe{GetParam(), {.message_size_max = 1000}};
        probe.open();
        probe.feed(probe.peer.binary(std::string(size, 'x')));
        EXPECT_EQ(probe.sent_close_code(), size > 1000 ? 1009U : 0U);
        EXPECT_EQ(probe.events.back().type, size > 1000 ? event_type::failed : event_type::message);
    }
}

// Netty CVE-2014-0193, undici CVE-2026-9675: a limit across fragments, not for each
TEST_P(session_limit, of_a_message_holds_across_its_fragments) {
    for (const std::size_t last : {400, 401}) {
        session_probe probe{GetParam(), {.message_size_max = 1000}};
        probe.open();
        probe.feed(probe.peer.begin_text(std::string(300, 'x')) +
                   probe.peer.part(std::string(300, 'x')) + probe.peer.ping() +
                   probe.peer.last_part(std::string(last, 'x')));
        EXPECT_EQ(probe.error(),
                  last > 400 ? make_error_code(errc::message_too_big) : std::error_code{});
        EXPECT_EQ(probe.sent_close_code(), last > 400 ? 1009U : 0U);
    }
}

TEST_P(session_limit, of_a_message_is_noticed_before_its_payload_comes) {
    session_probe probe{GetParam(), {.message_size_max = 1000}};
    probe.open();
    probe.feed(probe.peer.header(fin | 0x2, 126, 1001));
    EXPECT_EQ(probe.error(), errc::message_too_big);
    EXPECT_EQ(probe.tested.outcome().began, side::local);
}

// undici CVE-2026-1528 and others: a sum over fragments that would wrap
TEST_P(session_limit, of_a_message_does_not_wrap_with_the_sum_over_fragments) {
    for (const std::size_t limit : {std::size_t{1000}, std::size_t{1} << 62}) {
        session_probe probe{GetParam(), {.message_size_max = limit}};
        probe.open();
        probe.feed(probe.peer.begin_binary("xx") + probe.peer.header(0, 127, (1ULL << 63) - 1));
        EXPECT_EQ(probe.error(), errc::message_too_big);
        EXPECT_EQ(probe.sent_close_code(), 1009U);
    }
}

TEST_P(session_limit, of_a_frame_is_exact_and_not_for_control_frames) {
    for (const std::size_t size : {100, 101}) {
        session_probe probe{GetParam(), {.frame_size_max = 100}};
        probe.open();
        probe.feed(probe.peer.ping(std::string(125, 'p')) +
                   probe.peer.begin_text(std::string(100, 'x')) +
                   probe.peer.last_part(std::string(size, 'x')));
        EXPECT_EQ(probe.error(),
                  size > 100 ? make_error_code(errc::frame_too_big) : std::error_code{});
        EXPECT_EQ(probe.sent_close_code(), size > 100 ? 1009U : 0U);
    }
}

// ws GHSA-96hv-2xvq-fx4p: tiny fragments; the default is 131,072 of them
TEST_P(session_limit, of_fragments_is_exact) {
    for (const std::size_t count : {131'072, 131'073}) {
        session_probe probe{GetParam()};
        probe.open();
        auto bytes = probe.peer.begin_text("x");
        for (std::size_t i = 2; i < count; ++i) {
            const auto part = i % 2 == 0 ? probe.peer.part("") : probe.peer.part("y");
            bytes.insert(bytes.end(), part.begin(), part.end());
        }
        probe.feed(bytes + probe.peer.last_part("z"));
        EXPECT_EQ(probe.error(),
                  count > 131'072 ? make_error_code(errc::too_many_fragments) : std::error_code{});
        EXPECT_EQ(probe.sent_close_code(), count > 131'072 ? 1008U : 0U);
    }
}

TEST_P(session_limit, of_fragments_can_be_off_and_a_million_empty_ones_cost_nothing) {
    session_probe probe{GetParam(), {.fragment_count_max = unlimited}};
    probe.open();
    probe.feed(probe.peer.begin_binary("x"));
    byte_string many;
    for (int i = 0; i < 1000; ++i)
        many = std::move(many) + probe.peer.part("");
    for (int i = 0; i < 1000; ++i) {
        auto copy = many;
        probe.feed_in_place(copy);
    }
    probe.feed(probe.peer.last_part("y"));
    EXPECT_EQ(probe.events, (std::vector<event_record>{binary_event("xy")}));
}

TEST_P(session_limit, none_at_all_still_lets_messages_through) {
    session_probe probe{GetParam(),
                        {.message_size_max = unlimited, .fragment_count_max = unlimited}};
    probe.open();
    probe.feed(probe.peer.begin_text("a") + probe.peer.last_part("b"));
    probe.feed(probe.peer.header(0x2, 127, (1ULL << 63) - 1) + to_bytes("cde"));
    EXPECT_EQ(probe.events, (std::vector<event_record>{text_event("ab")}));
    EXPECT_FALSE(probe.error());
}

} // namespace
} // namespace weft
