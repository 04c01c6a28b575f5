// SPDX-License-Identifier: MIT
// Sessions that begin open, as somebody else has made their handshake: as any other session once it
// has opened, in both roles.
#include <gtest/gtest.h>

#include "session_probe.hpp"
#include "support/allocations.hpp"

namespace weft {
namespace {

using namespace testing;

class session_that_begins_open : public ::testing::TestWithParam<role> {};
INSTANTIATE_TEST_SUITE_P(, session_that_begins_open, ::testing::ValuesIn(both_roles),
                         name_of_role);

byte_string some_frames(frame_builder& peer) {
    return peer.text("hello") + peer.ping("p") + peer.begin_binary("a") + peer.last_part("b") +
        peer.close(1001, "bye");
}

TEST_P(session_that_begins_open, is_as_one_that_has_opened) {
    session_probe measure{GetParam()};
    const auto size = some_frames(measure.peer).size();
    for (const auto& sizes : splittings(size)) {
        session_probe opened{GetParam()}, begun{GetParam(), {}, {}, agreed_handshake{}};
        opened.open();
        EXPECT_EQ(begun.tested.state(), session_state::open);
        begun.pull();
        EXPECT_EQ(begun.events, std::vector{event_record{event_type::opened}});
        begun.events.clear();
        opened.feed(some_frames(opened.peer), sizes);
        begun.feed(some_frames(begun.peer), sizes);
        EXPECT_EQ(begun.events, opened.events);
        EXPECT_EQ(begun.events.size(), 4U);
        EXPECT_EQ(to_string(begun.tested.outcome()), to_string(opened.tested.outcome()));
        if (GetParam() == role::server) {
            EXPECT_EQ(begun.sent, opened.sent); // a client's masking keys differ
        }
    }
}

TEST_P(session_that_begins_open, takes_what_came_with_the_handshake_in_its_first_input) {
    session_probe probe{GetParam(), {}, {}, agreed_handshake{}};
    const auto bytes = probe.peer.text("early");
    probe.tested.receive_early(bytes, probe.now);
    probe.pull();
    EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::opened}, text_event("early")}));
}

TEST_P(session_that_begins_open, reports_that_before_a_message_that_has_arrived) {
    session_probe probe{GetParam(), {}, {}, agreed_handshake{}};
    probe.feed(probe.peer.text("early"));
    EXPECT_EQ(probe.events, (std::vector<event_record>{{event_type::opened}, text_event("early")}));
}

TEST_P(session_that_begins_open, knows_its_subprotocol_until_that_is_forgotten) {
    session_probe probe{GetParam(), {}, {}, agreed_handshake{.subprotocol = "chat", .codec = {}}};
    EXPECT_EQ(probe.tested.subprotocol(), "chat");
    EXPECT_EQ(probe.tested.request(), nullptr);
    EXPECT_EQ(probe.tested.response(), nullptr);
    EXPECT_EQ(probe.tested.codec(), nullptr);
    probe.tested.forget_handshake();
    EXPECT_EQ(probe.tested.subprotocol(), "");
    EXPECT_FALSE(probe.tested.owns_memory());
}

TEST_P(session_that_begins_open, takes_no_memory_and_no_handshake) {
    dice random{3};
    const session_options options{GetParam(), {}, {}, &random};
    const time_point now{std::chrono::hours(1)};
    const allocation_counter allocations;
    session tested(options, agreed_handshake{}, now);
    EXPECT_EQ(tested.next_event(now).type, event_type::opened);
    EXPECT_EQ(allocations.count(), 0U);
    EXPECT_EQ(tested.next_deadline(), now + options.timeouts.ping_interval);
    EXPECT_EQ(tested.accept({}, {}, now).error(), errc::not_open);
    EXPECT_EQ(tested.receive_request(http_request(), now).error(), errc::not_open);
    EXPECT_EQ(tested.output_size(), 0U);
}

} // namespace
} // namespace weft
