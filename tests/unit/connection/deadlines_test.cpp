// SPDX-License-Identifier: MIT
// Timeouts on a clock that the test moves: handshake, idle, ping and pong, close, and pauses.
#include "raw_peer_fixture.hpp"

namespace weft::testing {
namespace {

class deadlines_test : public raw_peer_fixture {
public:
    frame_builder builder{role::client};

    void open_to_a_peer(const session_timeouts& timeouts) {
        connection_options options;
        options.timeouts = timeouts;
        raw_peer_fixture::open_to_a_peer(options);
    }

    static session_timeouts none() { return {0s, 0s, 0s, 0s, 0s}; }
    static session_timeouts idle(duration after) {
        auto made = none();
        made.idle = after;
        return made;
    }
    static session_timeouts pings(duration every, duration answer) {
        auto made = none();
        made.ping_interval = every;
        made.pong = answer;
        return made;
    }
};

TEST_F(deadlines_test, a_client_that_says_nothing) {
    std::optional<report> failed;
    server->on_fail([&](const report& why) { failed = why; });
    auto silent = visit();
    pass(10s - 1us);
    EXPECT_FALSE(failed);
    pass(1us);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->error, errc::handshake_timeout);
    EXPECT_EQ(failed->phase, phase::http);
    EXPECT_EQ(failed->began, side::local);
    EXPECT_TRUE(silent.text().starts_with("HTTP/1.1 408 "));
    expect_all_over();
}

TEST_F(deadlines_test, a_client_that_trickles_its_request) {
    std::optional<report> failed;
    server->on_fail([&](const report& why) { failed = why; });
    auto slow = visit();
    for (const char each : canned_request()) {
        slow.write(std::string(1, each));
        pass(1s);
        if (failed) break;
    }
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->error, errc::handshake_timeout);
    EXPECT_EQ(driver.now(), time_point{} + 10s);
}

TEST_F(deadlines_test, a_server_that_says_nothing) {
    auto silent = connect_raw();
    driver.settle();
    pass(10s);
    EXPECT_EQ(at_client.end->error, errc::handshake_timeout);
    EXPECT_EQ(at_client.log, std::vector<std::string>{"fail"});
    expect_all_over();
}

TEST_F(deadlines_test, the_handshake_has_its_time_after_connecting) {
    connect_options options;
    options.connect_timeout = 60s;
    auto& c = client->begin_connect(*uri::parse("ws://x/"), at_client.all(), std::move(options));
    pass(50s);
    EXPECT_EQ(at_client.ends, 0);
    auto [a, b] = memory_pipe(driver, driver);
    client->pending(c).attach(std::move(a));
    raw_peer silent(std::move(b));
    driver.settle();
    pass(9s);
    EXPECT_EQ(at_client.ends, 0);
    pass(1s);
    EXPECT_EQ(at_client.end->error, errc::handshake_timeout);
}

TEST_F(deadlines_test, what_has_not_been_written_is_not_unanswered) {
    auto silent = connect_raw();
    pass(50s); // nothing could be done before
    EXPECT_EQ(at_client.ends, 0);
    silent.write(canned_response(silent.text()));
    driver.settle();
    ASSERT_EQ(at_client.opens, 1);
    outbound().close();
    pass(50s);
    EXPECT_EQ(at_client.ends, 0);
    pass(5s);
    EXPECT_EQ(at_client.end->error, errc::close_timeout);
}

TEST_F(deadlines_test, an_idle_peer) {
    open_to_a_peer(idle(10s));
    pass(9s);
    peer->write(builder.ping());
    driver.settle();
    pass(9s);
    EXPECT_EQ(at_server.ends, 0);
    served().send("sending does not count");
    pass(1s);
    EXPECT_EQ(at_server.end->error, errc::idle_timeout);
    EXPECT_EQ(peer->close_code(), 1001U);
    peer->write(builder.close(1001));
    driver.settle();
    expect_all_over();
}

TEST_F(deadlines_test, pings_that_are_answered_and_one_that_is_not) {
    open_to_a_peer(pings(30s, 20s));
    for (int i = 0; i < 3; ++i) {
        pass(30s);
        EXPECT_EQ(peer->frames().back().code(), opcode::ping);
        peer->write(builder.pong());
        driver.settle();
    }
    EXPECT_EQ(at_server.count("pong"), 3U);
    pass(30s);
    pass(20s - 1us);
    EXPECT_EQ(at_server.ends, 0);
    pass(1us);
    EXPECT_EQ(at_server.end->error, errc::pong_timeout);
    EXPECT_EQ(at_server.end->began, side::local);
    EXPECT_EQ(peer->close_code(), 1011U);
}

TEST_F(deadlines_test, two_connections_keep_each_other_alive) {
    open();
    for (int i = 0; i < 100; ++i) pass(25s);
    EXPECT_EQ(at_server.ends, 0);
    EXPECT_EQ(at_client.ends, 0);
    EXPECT_GE(at_server.pings(), 40U);
}

TEST_F(deadlines_test, they_stand_still_during_a_pause) {
    open_to_a_peer(idle(10s));
    pass(4s);
    served().pause();
    driver.settle();
    for (int i = 0; i < 10; ++i) pass(100s);
    EXPECT_EQ(at_server.ends, 0);
    served().resume();
    driver.settle();
    pass(6s - 1us);
    EXPECT_EQ(at_server.ends, 0);
    pass(1us);
    EXPECT_EQ(at_server.end->error, errc::idle_timeout);
}

TEST_F(deadlines_test, a_ping_that_was_sent_waits_through_a_pause) {
    open_to_a_peer(pings(30s, 20s));
    pass(30s);
    pass(5s);
    served().pause();
    pass(1000s);
    EXPECT_EQ(at_server.ends, 0);
    served().resume();
    driver.settle();
    pass(14s);
    EXPECT_EQ(at_server.ends, 0);
    pass(1s);
    EXPECT_EQ(at_server.end->error, errc::pong_timeout);
}

TEST_F(deadlines_test, a_paused_connection_without_deadlines_wakes_nobody) {
    open_to_a_peer(none());
    served().pause();
    peer->write(builder.text("waits"));
    driver.settle();
    EXPECT_FALSE(driver.waiting());
    pass(1000s);
    EXPECT_FALSE(driver.waiting());
    EXPECT_FALSE(at_server.logged("message waits"));
}

TEST_F(deadlines_test, a_close_that_is_not_answered) {
    auto timeouts = none();
    timeouts.close = 5s;
    open_to_a_peer(timeouts);
    peer->answers_eof = false;
    served().close(close_code::normal, "bye");
    driver.settle();
    pass(5s - 1us);
    EXPECT_EQ(at_server.ends, 0);
    pass(1us);
    EXPECT_EQ(to_string(*at_server.end),
              "ended by this side during WebSocket: the closing handshake timed out; close code "
              "1000 normal (bye)");
    expect_all_over();
}

TEST_F(deadlines_test, a_failed_connection_waits_for_its_peer_no_longer_than_for_a_close) {
    auto timeouts = none();
    timeouts.close = 5s;
    open_to_a_peer(timeouts);
    peer->answers_eof = false;
    peer->write(from_hex("ff 80 00 00 00 00"));
    driver.settle();
    EXPECT_EQ(at_server.ends, 1);
    EXPECT_EQ(server->connection_count(), 1U);
    pass(5s);
    EXPECT_EQ(server->connection_count(), 0U);
}

TEST_F(deadlines_test, a_close_that_the_pipe_does_not_take) {
    capacity = 200;
    auto timeouts = none();
    timeouts.close = 5s;
    open_to_a_peer(timeouts);
    peer->end().pause();
    served().send(std::string(20000, 'x'));
    served().close();
    driver.settle();
    pass(30s - 1us);
    EXPECT_EQ(at_server.ends, 0);
    pass(1us);
    EXPECT_EQ(at_server.end->error, errc::write_stalled);
    expect_all_over();
}

TEST_F(deadlines_test, a_peer_that_takes_nothing) {
    capacity = 200;
    open_to_a_peer(pings(10s, 5s));
    peer->end().pause();
    served().send(std::string(20000, 'x'));
    driver.settle();
    pass(29s);
    EXPECT_EQ(at_server.ends, 0);
    peer->write(builder.text("it only talks"));
    driver.settle();
    pass(1s);
    EXPECT_EQ(to_string(*at_server.end), "ended by this side during WebSocket: the peer took no "
                                         "output for too long");
    expect_all_over();
}

TEST_F(deadlines_test, a_slow_reader_gets_all_that_was_sent_before_a_close) {
    capacity = 200;
    auto timeouts = pings(3s, 2s);
    timeouts.close = 5s;
    timeouts.idle = 7s;
    open_to_a_peer(timeouts);
    peer->end().pause();
    served().send(std::string(2000, 'x'));
    served().ping();
    driver.settle();
    for (int i = 0; i < 5; ++i) {
        pass(29s);
        peer->end().resume();
        peer->end().deliver_at_most(200);
        driver.advance(driver.now());
        peer->end().pause();
        driver.settle();
        if (i == 2) served().close(close_code::normal, "that was all");
    }
    ASSERT_EQ(at_server.ends, 0);
    peer->end().resume();
    driver.settle();
    EXPECT_EQ(peer->close_code(), 1000U);
    pass(4s);
    peer->write(builder.close(1000));
    driver.settle();
    EXPECT_TRUE(at_server.end->clean()) << *at_server.end;
}

TEST_F(deadlines_test, what_the_pipe_has_taken_and_the_peer_has_not) {
    auto timeouts = none();
    timeouts.close = 5s;
    open_to_a_peer(timeouts);
    peer->end().pause();
    peer->end().deliver_at_most(6000);
    served().send(std::string(40000, 'x'));
    served().close();
    driver.settle();
    EXPECT_EQ(served().buffered_amount(), 0U);
    for (int i = 0; i < 5; ++i) {
        pass(20s);
        peer->end().resume();
        driver.advance(driver.now());
        peer->end().pause();
        driver.settle();
    }
    EXPECT_EQ(at_server.ends, 0);
    pass(5s); // sees the last that was read
    pass(30s - 1us);
    EXPECT_EQ(at_server.ends, 0);
    pass(1us);
    EXPECT_EQ(at_server.end->error, errc::write_stalled);
}

TEST_F(deadlines_test, a_plain_answer_to_a_slow_reader) {
    capacity = 200;
    std::optional<report> failed;
    server->route("/", {.fail = [&](const report& why) { failed = why; },
                        .http = [](connection& c) {
                            static_cast<void>(c.respond({200, {}, std::string(3000, 'x')}));
                        }});
    auto slow = visit();
    slow.answers_eof = false;
    slow.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    slow.end().pause();
    driver.settle();
    for (int i = 0; i < 10; ++i) {
        pass(29s);
        slow.end().resume();
        driver.advance(driver.now());
        slow.end().pause();
        driver.settle();
    }
    EXPECT_FALSE(failed);
    EXPECT_EQ(server->connection_count(), 1U);
    pass(30s);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->error, errc::write_stalled);
    EXPECT_EQ(failed->phase, phase::http);
    expect_all_over();
}

TEST_F(deadlines_test, a_peer_that_takes_output_below_the_least_rate) {
    for (const std::size_t each : {9U, 12U}) {
        for (const std::size_t held_by_the_pipe : {200U, 20'000U}) {
            capacity = held_by_the_pipe;
            connection_options options;
            options.limits.output_rate_min = 10; // in 30 s: 300 bytes
            server->route("/chat", at_server.all(), {.connection = options, .subprotocol = {}});
            raw_peer slow = visit();
            slow.write(canned_request());
            driver.settle();
            slow.end().pause();
            served().send(std::string(6000, 'x'));
            driver.settle();
            at_server.ends = 0;
            for (int i = 0; i < 120; ++i) {
                pass(1s);
                slow.end().resume();
                slow.end().deliver_at_most(each);
                driver.advance(driver.now());
                slow.end().pause();
                driver.settle();
            }
            EXPECT_EQ(at_server.ends, each < 10 ? 1 : 0) << each;
            if (each > 10) continue;
            EXPECT_EQ(to_string(*at_server.end),
                      "ended by this side during WebSocket: the peer took output more slowly than "
                      "the minimum rate");
        }
    }
}

// --- a driver that is late: what has arrived by then counts

TEST_F(deadlines_test, a_pong_that_is_read_late) {
    open_to_a_peer(pings(30s, 20s));
    pass(30s);
    peer->write(builder.pong());
    pass(1000s);
    EXPECT_EQ(at_server.ends, 0);
    EXPECT_EQ(at_server.count("pong"), 1U);
}

TEST_F(deadlines_test, a_pong_behind_much_else_in_turns_with_small_budgets) {
    capacity = 1 << 20;
    open_to_a_peer(pings(30s, 20s));
    server_end->deliver_at_most(100);
    pass(30s);
    for (int i = 0; i < 500; ++i) peer->write(builder.text("something that is longer"));
    peer->write(builder.pong());
    driver.advance(driver.now() + 1000s, {.handlers = 1});
    while (driver.waiting()) driver.advance(driver.now(), {.handlers = 1});
    EXPECT_EQ(at_server.ends, 0);
    EXPECT_EQ(at_server.count("pong"), 1U);
}

TEST_F(deadlines_test, a_close_frame_behind_much_else_that_is_read_late) {
    capacity = 1 << 20;
    auto timeouts = none();
    timeouts.close = 5s;
    open_to_a_peer(timeouts);
    server_end->deliver_at_most(100);
    served().close();
    driver.settle();
    for (int i = 0; i < 500; ++i) peer->write(builder.text("something that is longer"));
    peer->write(builder.close(1000));
    pass(1000s);
    EXPECT_TRUE(at_server.end->clean()) << *at_server.end;
}

TEST_F(deadlines_test, a_flood_does_not_put_off_the_end_of_a_close) {
    auto timeouts = none();
    timeouts.close = 5s;
    open_to_a_peer(timeouts);
    server_end->deliver_at_most(100);
    served().close();
    driver.settle();
    for (int i = 0; i < 1000 && at_server.ends == 0; ++i) {
        peer->write(builder.text(std::string(200, 'x')));
        driver.advance(driver.now() + 100ms);
    }
    ASSERT_EQ(at_server.ends, 1);
    EXPECT_EQ(at_server.end->error, errc::close_timeout);
}

TEST_F(deadlines_test, a_message_of_an_idle_peer_and_an_answer_to_a_handshake_that_are_read_late) {
    open_to_a_peer(idle(10s));
    peer->write(builder.text("in time"));
    pass(1000s);
    EXPECT_EQ(at_server.ends, 0);
    EXPECT_TRUE(at_server.logged("message in time"));

    auto late = connect_raw();
    driver.settle();
    late.write(canned_response(late.text()));
    pass(1000s);
    EXPECT_EQ(at_client.opens, 1);
}

TEST_F(deadlines_test, a_peer_that_is_not_read_from_has_its_deadline) {
    open_to_a_peer(idle(10s));
    peer->write(builder.text("is never read"));
    served().pause();
    pass(1000s);
    EXPECT_EQ(at_server.ends, 0);
    served().resume();
    pass(9s);
    EXPECT_TRUE(at_server.logged("message is never read"));
    pass(10s);
    EXPECT_EQ(at_server.end->error, errc::idle_timeout);
}

} // namespace
} // namespace weft::testing
