// SPDX-License-Identifier: MIT
// Clients that authenticate by their first message, within a time.
#include <gtest/gtest.h>

#include <string>

#include "connection_fixture.hpp"

namespace weft {
namespace {

using namespace testing;

class authentication_test : public connection_fixture {
protected:
    /// A connection whose client must authenticate within 5 seconds. "secret" does so.
    void open_unknown(std::size_t size_max = 100, bool in_parts = false) {
        serve_unknown(size_max, in_parts);
        const int before = at_client.opens;
        link();
        driver.settle();
        ASSERT_EQ(at_client.opens, before + 1);
    }

    void serve_unknown(std::size_t size_max = 100, bool in_parts = false) {
        route_options options;
        options.connection.authenticate_within = 5s;
        options.connection.unauthenticated_size_max = size_max;
        options.connection.limits.message_size_max = 1000;
        auto handlers = at_server.all();
        if (in_parts) {
            handlers.part = [this](connection& peer, message_part part) {
                received += part.text();
                if (part.is_last() && received == "secret") peer.confirm_authentication();
            };
        }
        at_server.on["message"] = [this](connection* peer) {
            if (at_server.log.back() == "message secret") peer->confirm_authentication();
            if (at_server.log.back() == "message ann") peer->pause();
        };
        server->route("*", std::move(handlers), options);
    }

    void say(std::string_view text) {
        outbound().send(text);
        driver.settle();
    }

    void expect_unauthorized() {
        ASSERT_EQ(at_client.ends, 1);
        EXPECT_EQ(at_client.end->code(), close_code::unauthorized);
        EXPECT_EQ(at_client.end->reason(), "unauthorized");
        EXPECT_EQ(at_server.end->error, errc::unauthenticated);
        EXPECT_EQ(at_server.end->began, side::local);
        expect_all_over();
    }

    std::string received; // in parts
};

TEST_F(authentication_test, is_by_the_first_message) {
    open_unknown();
    EXPECT_TRUE(served().awaits_authentication());
    say("secret");
    EXPECT_FALSE(served().awaits_authentication());
    pass(5s);
    say(std::string(1000, 'x')); // the route's limit
    EXPECT_EQ(at_server.count("message " + std::string(1000, 'x')), 1U);
    EXPECT_EQ(at_client.ends, 0);
}

TEST_F(authentication_test, applies_the_limits_of_the_route_to_what_follows_at_once) {
    open_unknown();
    outbound().send("secret");
    outbound().send(std::string(1000, 'x'));
    driver.settle();
    EXPECT_EQ(at_server.count("message " + std::string(1000, 'x')), 1U);
    say(std::string(1001, 'x'));
    EXPECT_EQ(at_client.end->code(), close_code::message_too_big);
}

TEST_F(authentication_test, has_a_time) {
    open_unknown();
    outbound().ping("alive");
    pass(5s - 1us);
    EXPECT_EQ(at_client.ends, 0);
    pass(1us);
    expect_unauthorized();
}

TEST_F(authentication_test, has_a_time_that_a_pause_does_not_extend) {
    open_unknown();
    served().pause();
    pass(5s);
    expect_unauthorized();
}

TEST_F(authentication_test, counts_a_message_that_arrived_in_time) {
    serve_unknown();
    auto late = visit();
    late.write(canned_request());
    driver.settle();
    ASSERT_TRUE(served().awaits_authentication());
    late.write(frame_builder(role::client).text("secret"));
    driver.advance(driver.now() + 6s);
    driver.settle();
    EXPECT_FALSE(served().awaits_authentication());
    EXPECT_EQ(late.close_code(), 0U);
}

TEST_F(authentication_test, is_not_by_a_second_message) {
    open_unknown();
    say("hello");
    EXPECT_EQ(at_client.ends, 0);
    say("secret");
    EXPECT_EQ(at_server.count("message secret"), 0U);
    expect_unauthorized();
}

TEST_F(authentication_test, may_be_confirmed_later_while_the_connection_is_paused) {
    open_unknown();
    outbound().send("ann");
    outbound().send("secret");
    driver.settle();
    EXPECT_EQ(at_server.count("message secret"), 0U);
    pass(1s);
    served().confirm_authentication();
    served().resume();
    driver.settle();
    EXPECT_EQ(at_server.count("message secret"), 1U);
    EXPECT_EQ(at_client.ends, 0);
}

TEST_F(authentication_test, allows_only_a_small_message) {
    open_unknown();
    say(std::string(100, 'x'));
    EXPECT_EQ(at_client.ends, 0);
    open_unknown();
    say(std::string(101, 'x'));
    EXPECT_EQ(at_client.end->code(), close_code::message_too_big);
    EXPECT_EQ(at_server.count("message " + std::string(101, 'x')), 0U);
}

TEST_F(authentication_test, allows_only_a_small_message_in_parts) {
    open_unknown(6, true);
    outbound().send_part("sec", false);
    outbound().send_part("ret", true);
    driver.settle();
    EXPECT_FALSE(served().awaits_authentication());
    open_unknown(6, true);
    received.clear();
    outbound().send_part("secret", false);
    outbound().send_part("s", true);
    driver.settle();
    EXPECT_EQ(received, "secret");
    EXPECT_EQ(at_client.end->code(), close_code::message_too_big);
}

TEST_F(authentication_test, is_not_awaited_of_other_connections) {
    open();
    EXPECT_FALSE(served().awaits_authentication());
    served().confirm_authentication(); // no effect
    connect_options options;
    options.connection.authenticate_within = 5s;
    link("ws://example.org/", std::move(options));
    driver.settle();
    EXPECT_FALSE(outbound().awaits_authentication());
    pass(5s);
    EXPECT_EQ(at_client.ends, 0);
}

} // namespace
} // namespace weft
