// SPDX-License-Identifier: MIT
// How long a connection lives, and what its report says of its life: the maximum lifetime and its
// jitter, a close at a deadline, traffic and duration.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "connection_fixture.hpp"

namespace weft {
namespace {

using namespace testing;

connection_options living(duration most, double jitter = 0) {
    connection_options options;
    options.lifetime_max = most;
    options.lifetime_jitter = jitter;
    return options;
}

class lifetime_test : public connection_fixture {
protected:
    /// Opens a connection whose server limits its lifetime.
    void open_limited(const connection_options& limited) {
        server->route("/", at_server.all(), {.connection = limited});
        link();
        driver.settle();
        ASSERT_EQ(at_client.opens, 1);
    }
};

TEST_F(lifetime_test, ends_with_1001_and_words) {
    open_limited(living(60s));
    pass(60s - 1us);
    EXPECT_EQ(at_client.ends, 0);
    pass(1us);
    ASSERT_EQ(at_client.ends, 1);
    EXPECT_TRUE(at_server.end->clean());
    EXPECT_EQ(at_server.end->began, side::local);
    EXPECT_EQ(at_client.end->code(), close_code::going_away);
    EXPECT_EQ(at_client.end->reason(), "maximum lifetime");
    expect_all_over();
}

TEST_F(lifetime_test, is_without_limit_by_default) {
    open();
    for (int i = 0; i < 1000; ++i) pass(1h);
    EXPECT_EQ(at_client.ends, 0);
}

TEST_F(lifetime_test, applies_to_the_side_that_sets_it) {
    server->route("/", at_server.all());
    connect_options options;
    options.connection = living(10s);
    link("ws://example.org/", std::move(options));
    driver.settle();
    pass(10s);
    EXPECT_EQ(at_client.end->began, side::local);
    EXPECT_EQ(at_server.end->began, side::peer);
}

TEST_F(lifetime_test, is_not_extended_by_messages_or_a_pause) {
    open_limited(living(60s));
    pass(30s);
    outbound().send("still here");
    driver.settle();
    served().pause();
    pass(30s);
    EXPECT_EQ(at_client.ends, 1);
}

TEST_F(lifetime_test, is_spread_by_jitter) {
    server->route("/", at_server.all(), {.connection = living(100s, 0.2)});
    constexpr int count = 50;
    for (int i = 0; i < count; ++i) link();
    driver.settle();
    ASSERT_EQ(at_client.opens, count);
    pass(80s - 1us);
    EXPECT_EQ(at_client.ends, 0);
    std::set<int> seconds_with_an_end;
    for (int second = 0; second < 20; ++second) {
        const int before = at_client.ends;
        pass(1s);
        if (at_client.ends != before) seconds_with_an_end.insert(second);
    }
    pass(1us);
    EXPECT_EQ(at_client.ends, count);
    EXPECT_GT(seconds_with_an_end.size(), 8U);
}

TEST_F(lifetime_test, jitter_never_makes_a_life_negative_or_longer) {
    open_limited(living(10s, 7));
    pass(10s);
    EXPECT_EQ(at_client.ends, 1);
}

TEST_F(lifetime_test, a_close_at_a_deadline_has_its_own_code_and_words) {
    open();
    served().close_after(5s, close_code(3000), "token expired");
    pass(5s - 1us);
    EXPECT_EQ(at_client.ends, 0);
    pass(1us);
    EXPECT_EQ(at_client.end->code(), close_code(3000));
    EXPECT_EQ(at_client.end->reason(), "token expired");
    EXPECT_TRUE(at_client.end->clean());
    expect_all_over();
}

TEST_F(lifetime_test, a_later_call_replaces_the_deadline_and_never_cancels_it) {
    open();
    served().close_after(5s, close_code(3000));
    pass(4s);
    served().close_after(5s, close_code(4001));
    pass(4s);
    EXPECT_EQ(at_client.ends, 0);
    served().close_at(never);
    pass(100s);
    EXPECT_EQ(at_client.ends, 0);
    served().close_at(driver.now() - 1s, close_code(4002)); // has passed: in the next round
    EXPECT_EQ(at_client.ends, 0);
    driver.settle();
    EXPECT_EQ(at_client.end->code(), close_code(4002));
}

TEST_F(lifetime_test, a_deadline_set_in_open_or_changed_in_close_harms_nothing) {
    at_server.on["open"] = [](connection* c) { c->close_after(1s, close_code(3000)); };
    at_server.on["close"] = [](connection* c) {
        c->close_after(1s);
        c->close_at(never);
    };
    open();
    pass(1s);
    EXPECT_EQ(at_client.end->code(), close_code(3000));
    expect_all_over();
}

TEST_F(lifetime_test, a_deadline_goes_with_its_connection) {
    open(living(60s));
    served().close_after(5s);
    server.reset();
    client.reset();
    EXPECT_EQ(driver.next_deadline(), never);
    pass(100s);
    EXPECT_EQ(at_server.ends, 0);
}

TEST_F(lifetime_test, is_in_the_report_with_the_traffic) {
    open();
    pass(2s);
    outbound().send("four");
    outbound().send("five");
    driver.settle();
    served().send("x");
    pass(1500ms);
    outbound().close();
    driver.settle();
    const report& theirs = *at_server.end;
    const report& ours = *at_client.end;
    EXPECT_EQ(theirs.lived, 3500ms);
    EXPECT_EQ(theirs.traffic.messages_received, 2U);
    EXPECT_EQ(theirs.traffic.messages_sent, 1U);
    EXPECT_EQ(ours.traffic.messages_sent, 2U);
    EXPECT_EQ(ours.traffic.messages_received, 1U);
    EXPECT_EQ(ours.traffic.bytes_sent, theirs.traffic.bytes_received);
    const std::size_t close_frame = 4; // it had not left when the server reported the end
    EXPECT_EQ(ours.traffic.bytes_received, theirs.traffic.bytes_sent + close_frame);
    EXPECT_GT(ours.traffic.bytes_sent, 100U);
}

TEST_F(lifetime_test, of_a_connection_that_never_opened_is_zero) {
    link();
    pass(3s);
    EXPECT_EQ(at_client.end->http_status, 404);
    EXPECT_EQ(at_client.end->lived, 0s);
    EXPECT_EQ(at_client.end->traffic.messages_sent, 0U);
    EXPECT_GT(at_client.end->traffic.bytes_sent, 0U);
}

TEST_F(lifetime_test, measures_round_trips_of_keep_alive_pings) {
    open();
    EXPECT_FALSE(served().round_trip());
    pass(25s);
    EXPECT_TRUE(served().round_trip());
    EXPECT_EQ(served().round_trip()->last, 1us); // a pipe in memory takes no time
}

} // namespace
} // namespace weft
