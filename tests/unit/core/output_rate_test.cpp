// SPDX-License-Identifier: MIT
// The least rate of a peer that reads: what it must take in an interval, and sessions that end.
#include <weft/core/output_rate.hpp>

#include <gtest/gtest.h>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;
using std::chrono::seconds;

class output_rates : public ::testing::Test {
protected:
    void follow(std::size_t taken, std::size_t waiting, duration stall = seconds(10)) {
        rate.follow(taken, waiting, 100, stall, now);
    }
    [[nodiscard]] duration left() const { return rate.due() - now; }

    output_rate rate;
    time_point now{seconds(1000)};
};

TEST_F(output_rates, have_no_deadline_while_nothing_waits) {
    EXPECT_EQ(rate.due(), never);
    follow(0, 5000);
    EXPECT_EQ(left(), seconds(10));
    follow(1, 0);
    EXPECT_EQ(rate.due(), never);
    rate.follow(0, 5000, 0, seconds(10), now);
    EXPECT_EQ(rate.due(), never) << "there is no minimum";
}

TEST_F(output_rates, demand_a_share_of_much) {
    follow(0, 5000);
    now += seconds(9);
    follow(500, 4500);
    follow(499, 4001);
    EXPECT_EQ(left(), seconds(1));
    follow(1, 4000);
    EXPECT_EQ(left(), seconds(10));
}

TEST_F(output_rates, demand_no_more_than_waits) {
    follow(0, 300);
    now += seconds(9);
    follow(0, 900'000); // sent later
    follow(299, 900'000);
    EXPECT_EQ(left(), seconds(1));
    follow(1, 900'000);
    EXPECT_EQ(left(), seconds(10));
}

TEST_F(output_rates, are_measured_over_some_time_without_a_stall_timeout) {
    follow(0, 5000, {});
    EXPECT_EQ(left(), output_rate::default_interval);
}

TEST_F(output_rates, demand_a_byte_at_least) {
    rate.follow(0, 5000, 1, std::chrono::milliseconds(1), now);
    now += std::chrono::milliseconds(1);
    rate.follow(0, 5000, 1, std::chrono::milliseconds(1), now);
    EXPECT_EQ(left(), duration::zero());
}

constexpr session_timeouts stall_of_40s{seconds(10), seconds(5), {},         seconds(30),
                                        seconds(20), {},         seconds(40)};

class session_output_rate : public ::testing::TestWithParam<role> {
protected:
    static session_limits at_least(std::size_t rate) {
        session_limits limits;
        limits.output_rate_min = rate;
        return limits;
    }

    session_output_rate() : probe(GetParam(), at_least(100), stall_of_40s) { probe.open(); }

    /// Queues much, of which the stream takes ten bytes.
    void block() {
        probe.tested.send(std::string(100'000, 'x'));
        probe.tested.consume_output(10, probe.now);
    }
    /// For 40 s the stream takes `each` per second.
    void take(std::size_t each) {
        for (int i = 0; i < 40 && probe.tested.output_size() > each; ++i) {
            probe.advance(seconds(1));
            probe.tested.consume_output(each, probe.now);
            probe.tested.handle_deadline(probe.now);
        }
    }

    session_probe probe;
};
INSTANTIATE_TEST_SUITE_P(, session_output_rate, ::testing::ValuesIn(both_roles), name_of_role);

TEST_P(session_output_rate, ends_a_peer_that_only_drips) {
    block();
    take(99);
    probe.pull();
    EXPECT_EQ(probe.error(), errc::output_too_slow);
    EXPECT_EQ(probe.error(), condition::timeout);
    EXPECT_EQ(probe.tested.outcome().began, side::local);
    EXPECT_TRUE(probe.tested.finished());
}

TEST_P(session_output_rate, leaves_a_peer_alone_that_is_fast_enough) {
    block();
    for (int i = 0; i < 5; ++i) take(100);
    EXPECT_EQ(probe.tested.state(), session_state::open);
}

TEST_P(session_output_rate, is_not_about_how_fast_the_application_sends) {
    for (int i = 0; i < 100; ++i) {
        block();
        probe.tested.consume_output(probe.tested.output_size(), probe.now);
        probe.tested.note_pending(5000, probe.now); // always some is on its way, and arrives
        probe.advance(seconds(20));
        probe.tested.note_pending(4500, probe.now);
        probe.tested.note_pending(0, probe.now);
        if (probe.now >= probe.tested.next_deadline()) probe.feed(probe.peer.ping());
        probe.tested.handle_deadline(probe.now);
    }
    EXPECT_NE(probe.error(), errc::output_too_slow);
}

TEST_P(session_output_rate, counts_what_has_arrived_and_not_what_the_stream_took) {
    block();
    probe.tested.consume_output(90'000, probe.now);
    probe.tested.note_pending(90'000, probe.now);
    for (int i = 0; i < 2; ++i) {
        probe.advance(seconds(39));
        probe.tested.note_pending(90'000 - 4000 * (static_cast<std::size_t>(i) + 1), probe.now);
        probe.tested.handle_deadline(probe.now);
        EXPECT_EQ(probe.tested.state(), session_state::open);
    }
    probe.advance(seconds(41));
    probe.tested.note_pending(81'999, probe.now);
    probe.tested.handle_deadline(probe.now);
    probe.pull();
    EXPECT_EQ(probe.error(), errc::output_too_slow);
}

TEST_P(session_output_rate, is_not_measured_during_a_pause) {
    block();
    probe.advance(seconds(39));
    probe.tested.pause(probe.now);
    EXPECT_EQ(probe.tested.next_deadline(), never);
    probe.advance(seconds(1000));
    probe.tested.consume_output(1, probe.now);
    probe.tested.resume(probe.now);
    EXPECT_EQ(probe.tested.next_deadline() - probe.now, seconds(1));
    EXPECT_TRUE(probe.pass_deadline());
    EXPECT_EQ(probe.error(), errc::output_too_slow);
}

TEST_P(session_output_rate, applies_to_what_was_sent_before_a_close) {
    block();
    probe.tested.close(close_code::normal, {}, probe.now);
    take(50);
    probe.pull();
    EXPECT_EQ(probe.error(), errc::output_too_slow);
}

TEST(session_answer_rate, applies_to_a_plain_answer) {
    session_limits limits;
    limits.output_rate_min = 100;
    session_probe probe{role::server, limits, stall_of_40s};
    probe.feed(to_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    ASSERT_TRUE(probe.tested.respond({200, {}, std::string(100'000, 'x')}, probe.now));
    probe.tested.consume_output(10, probe.now);
    for (int i = 0; i < 2; ++i) {
        probe.advance(seconds(20));
        probe.tested.consume_output(1000, probe.now);
        probe.tested.handle_deadline(probe.now);
    }
    probe.pull();
    EXPECT_EQ(probe.error(), errc::output_too_slow);
    EXPECT_EQ(probe.tested.outcome().phase, phase::http);
}

} // namespace
} // namespace weft
