// SPDX-License-Identifier: MIT
// A connection that is opened again: when, how often and with what; unsent messages.
#include <algorithm>
#include <stdexcept>

#include <weft/testing/dice.hpp>

#include "reconnecting_fixture.hpp"

namespace weft {
namespace {

using namespace testing;

TEST_F(reconnecting_test, opens_in_the_next_turn_and_again_after_an_end) {
    server->route("/", at_server.all());
    keep();
    EXPECT_EQ(attempts, 0);
    driver.settle();
    EXPECT_TRUE(kept.is_open());
    EXPECT_FALSE(kept.next_attempt());
    for (int i = 1; i <= 3; ++i) {
        end(1001);
        EXPECT_EQ(at_client.count("close"), unsigned(i));
        EXPECT_FALSE(kept.is_open());
        pass_wait();
        EXPECT_EQ(at_client.opens, i + 1);
    }
    EXPECT_EQ(given_up, 0);
}

TEST_F(reconnecting_test, begins_its_backoff_again_only_after_a_stable_connection) {
    keep_open();
    for (unsigned i = 1; i <= 4; ++i) {
        end(1001);
        EXPECT_EQ(kept.failures(), i);
        EXPECT_LE(waits.back(), std::chrono::seconds(1 << (i - 1)));
        pass_wait();
    }
    pass(10s - 1us);
    end(1001);
    EXPECT_EQ(kept.failures(), 5U);
    pass_wait();
    pass(10s);
    end(1001);
    EXPECT_EQ(kept.failures(), 0U);
    EXPECT_LE(waits.back(), 1s);
}

TEST_F(reconnecting_test, waits_a_random_part_of_a_backoff_that_doubles_up_to_a_limit) {
    reachable = false;
    keep();
    duration longest{};
    for (int i = 0; i < 40; ++i) {
        i == 0 ? void(driver.settle()) : pass_wait();
        ASSERT_EQ(waits.size(), unsigned(i) + 1);
        EXPECT_LE(waits.back(), std::min<duration>(60s, 1s * (1LL << std::min(i, 10))));
        if (i >= 6) longest = std::max(longest, waits.back());
    }
    EXPECT_GT(longest, 30s);
    EXPECT_EQ(at_client.count("fail"), 40U);
    EXPECT_EQ(at_client.end->error, std::errc::connection_refused);
    EXPECT_EQ(given_up, 0);
}

TEST_F(reconnecting_test, takes_its_randomness_from_the_driver) {
    std::vector<duration> runs[2];
    for (auto& run : runs) {
        dice random(42);
        manual_driver own({}, random);
        stream_endpoint endpoint(own);
        reconnect_options options;
        options.waiting = [&run](const report&, duration wait) { run.push_back(wait); };
        const auto same =
            endpoint.keep_connected("ws://a/", {}, std::move(options), [](connection& outbound) {
                stream_endpoint::pending(outbound).fail(phase::connect, errc::connect_timeout);
            });
        for (int i = 0; i < 10; ++i) {
            own.settle();
            own.advance(own.next_deadline());
        }
    }
    EXPECT_GE(runs[0].size(), 9U);
    EXPECT_EQ(runs[0], runs[1]);
}

TEST_F(reconnecting_test, ends_after_a_normal_close_by_either_side) {
    keep_open();
    end(1000);
    EXPECT_TRUE(kept.ended());
    EXPECT_EQ(given_up, 1);
    EXPECT_EQ(kept.send("late"), send_result::closed);
    keep();
    driver.settle();
    kept.current()->close();
    driver.settle();
    EXPECT_TRUE(kept.ended());
    EXPECT_EQ(given_up, 1); // the application wanted it
    expect_all_over();
}

// The application finds the connection unusable, but still wants one.
TEST_F(reconnecting_test, goes_on_when_the_application_closes_with_another_code) {
    keep_open();
    kept.current()->close(close_code(4000), "no heartbeat");
    driver.settle();
    EXPECT_FALSE(kept.ended());
    ASSERT_TRUE(kept.next_attempt());
    pass(2s);
    ASSERT_TRUE(kept.current());
    kept.close(close_code(4000), "done");
    driver.settle();
    EXPECT_TRUE(kept.ended());
    EXPECT_EQ(given_up, 0);
    expect_all_over();
}

TEST_F(reconnecting_test, ends_when_the_server_rejects_it) {
    for (const int status : {401, 403, 404}) {
        given_up = 0;
        server->route("/", {.validate = [=](connection& c) { (void)c.reject(status); }});
        keep();
        driver.settle();
        EXPECT_EQ(given_up, 1);
        EXPECT_TRUE(kept.ended());
        EXPECT_EQ(at_client.end->http_status, status);
    }
    expect_all_over();
}

TEST_F(reconnecting_test, obeys_retry_after) {
    server->route("/", {.validate = [](connection& c) {
                      (void)c.reject({.status = 503, .headers = {{"Retry-After", "120"}}});
                  }});
    keep();
    driver.settle();
    EXPECT_GE(waits.back(), 120s);
    EXPECT_LE(waits.back(), 121s);
}

TEST_F(reconnecting_test, ends_for_a_uri_that_is_none_and_reports_it_without_its_secrets) {
    for (const char* const malformed :
         {"http://user:hidden@example.org/?room=7&token=hidden",
          "ws://user:hidden@example.org/?room=7&api_key=hidden",
          "ws://example.org:port/?room=7&Access_Token=hidden#code=hidden"}) {
        given_up = 0;
        keep({}, malformed);
        driver.settle();
        EXPECT_EQ(attempts, 0);
        EXPECT_EQ(given_up, 1);
        EXPECT_EQ(at_client.end->error, condition::misuse) << at_client.end->error.message();
        const auto text = to_string(*at_client.end);
        EXPECT_NE(text.find("example.org"), std::string::npos) << text;
        EXPECT_NE(text.find("room=7"), std::string::npos) << text;
        EXPECT_EQ(text.find("hidden"), std::string::npos) << text;
    }
    keep({}, "http://" + std::string(10'000, 'x'));
    driver.settle();
    EXPECT_LT(to_string(*at_client.end).size(), 400U);
}

TEST_F(reconnecting_test, ends_after_too_many_failures) {
    reachable = false;
    reconnect_options options;
    options.failures_max = 2;
    keep(std::move(options));
    driver.settle();
    pass_wait();
    EXPECT_EQ(given_up, 0);
    pass_wait();
    EXPECT_EQ(given_up, 1);
    EXPECT_EQ(attempts, 3);
    expect_all_over();
}

TEST_F(reconnecting_test, lets_the_application_decide) {
    reconnect_options options;
    options.decide = [](const report& why, reconnect_decision standard) {
        if (why.code() == close_code(4001)) return reconnect_decision{.again = false};
        if (why.code() == close_code(1000)) return reconnect_decision{.at_least = 7s};
        return standard;
    };
    keep_open(std::move(options));
    end(1000);
    EXPECT_GE(waits.back(), 7s);
    pass_wait();
    end(4001);
    EXPECT_EQ(given_up, 1);
}

TEST_F(reconnecting_test, may_be_told_to_wait_for_longer_than_there_is_time) {
    reconnect_options options;
    options.decide = [](const report&, reconnect_decision) {
        return reconnect_decision{.at_least = duration::max(), .spread = duration::max()};
    };
    keep_open(std::move(options));
    end(4001);
    EXPECT_GT(waits.back(), 24h * 365 * 100);
    EXPECT_FALSE(kept.is_open());
    kept.try_now();
    driver.settle();
    EXPECT_TRUE(kept.is_open());
}

// --- before each attempt

TEST_F(reconnecting_test, asks_for_a_uri_and_headers_before_each_attempt) {
    server->route("/*", at_server.all());
    std::vector<std::string> tokens;
    at_server.on["validate"] = [&](connection* c) {
        tokens.push_back(std::string(c->header("Authorization").value_or("")));
    };
    reconnect_options options;
    int number = 0;
    options.prepare = [&](reconnect_attempt next) {
        ++number;
        next.target("ws://example.org/" + std::to_string(number));
        next.header("authorization", "Bearer " + std::to_string(number));
        next.start();
    };
    keep(std::move(options));
    driver.settle();
    end(3000); // expired: the next attempt has another token
    pass_wait();
    EXPECT_EQ(tokens, (std::vector<std::string>{"Bearer 1", "Bearer 2"}));
    EXPECT_EQ(targets.back().path(), "/2");
}

TEST_F(reconnecting_test, does_not_return_to_a_server_that_closes_with_3000_without_a_new_token) {
    keep_open();
    end(3000);
    EXPECT_EQ(given_up, 1);
}

TEST_F(reconnecting_test, waits_for_an_attempt_that_starts_later) {
    server->route("/", at_server.all());
    std::optional<reconnect_attempt> held;
    reconnect_options options;
    options.prepare = [&](reconnect_attempt next) { held.emplace(std::move(next)); };
    keep(std::move(options));
    pass(1h);
    EXPECT_EQ(attempts, 0);
    EXPECT_TRUE(held->wanted());
    held->start();
    EXPECT_FALSE(held->wanted());
    driver.settle();
    EXPECT_TRUE(kept.is_open());
    held->start(); // once only
    held.reset();
    driver.settle();
    EXPECT_EQ(attempts, 1);
}

TEST_F(reconnecting_test, backs_off_if_an_attempt_cannot_be_prepared) {
    std::vector<std::error_code> errors;
    int number = 0;
    reconnect_options options;
    options.prepare = [&](reconnect_attempt next) {
        if (++number == 1) next.fail(errc::connect_timeout);
        if (number == 3) throw std::runtime_error("no token");
    }; // the second is destroyed
    keep(std::move(options));
    at_client.on["fail"] = [&](connection*) {
        errors.push_back(at_client.end->error);
        EXPECT_EQ(at_client.end->target(), "ws://example.org/");
    };
    driver.on_error([](const std::exception_ptr&) {});
    driver.settle();
    pass_wait();
    pass_wait();
    EXPECT_EQ(errors,
              (std::vector<std::error_code>{errc::connect_timeout, errc::aborted, errc::aborted}));
    EXPECT_EQ(attempts, 0);
    EXPECT_EQ(kept.failures(), 3U);
}

TEST_F(reconnecting_test, forgets_an_attempt_that_came_too_late) {
    server->route("/", at_server.all());
    std::vector<reconnect_attempt> held;
    reconnect_options options;
    options.prepare = [&](reconnect_attempt next) { held.push_back(std::move(next)); };
    keep(std::move(options));
    driver.settle();
    kept.try_now();
    driver.settle();
    ASSERT_EQ(held.size(), 2U);
    EXPECT_FALSE(held[0].wanted());
    held[0].start();
    EXPECT_EQ(attempts, 0);
    kept.close();
    EXPECT_FALSE(held[1].wanted());
    held[1].start();
    EXPECT_EQ(held[1].options(), nullptr);
    held[1].header("a", "b");
    kept = {};
    held[1].fail(errc::aborted);
    driver.settle();
    EXPECT_EQ(attempts, 0);
    EXPECT_EQ(at_client.log.size(), 0U);
}

// --- unsent messages

TEST_F(reconnecting_test, keeps_unsent_messages_in_order_behind_what_open_sends) {
    server->route("/", at_server.all());
    keep(with_queue(1000));
    at_client.on["open"] = [](connection* c) { c->send("hello"); };
    EXPECT_EQ(kept.send("one"), send_result::backed_up);
    EXPECT_EQ(kept.send("two"), send_result::backed_up);
    EXPECT_EQ(kept.queued_bytes(), 134U);
    driver.settle();
    EXPECT_EQ(kept.queued_bytes(), 0U);
    EXPECT_EQ(kept.send("three"), send_result::accepted);
    driver.settle();
    std::vector<std::string> messages;
    for (const auto& line : at_server.log) {
        if (line.starts_with("message ")) messages.push_back(line.substr(8));
    }
    EXPECT_EQ(messages, (std::vector<std::string>{"hello", "one", "two", "three"}));
}

TEST_F(reconnecting_test, limits_the_bytes_of_unsent_messages) {
    keep(with_queue(200));
    EXPECT_EQ(kept.send(std::string(36, 'a')), send_result::backed_up);
    EXPECT_EQ(kept.send(std::string(37, 'b')), send_result::dropped);
    EXPECT_EQ(kept.send(std::string(36, 'c')), send_result::backed_up);
    EXPECT_EQ(kept.send(""), send_result::dropped);
    kept = {};
    keep();
    EXPECT_EQ(kept.send("x"), send_result::dropped); // none are kept by default
}

TEST_F(reconnecting_test, sends_what_it_kept_as_fast_as_the_connection_takes_it) {
    capacity = 4096;
    server->route("/", at_server.all());
    reconnect_options options = with_queue(10'000'000);
    options.connect.connection.queue_size_max = 10'000;
    keep(std::move(options));
    for (int i = 0; i < 200; ++i) kept.send(std::string(5000, char('a' + i % 26)));
    driver.settle();
    EXPECT_EQ(kept.queued_bytes(), 0U);
    ASSERT_EQ(at_server.log.size(), 202U); // validate, open
    for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(at_server.log[unsigned(i) + 2].back(), char('a' + i % 26));
    }
    EXPECT_TRUE(at_client.logged("writable"));
}

TEST_F(reconnecting_test, keeps_messages_across_a_closed_connection) {
    keep_open(with_queue(1000));
    kept.current()->close(close_code::service_restart); // this side asks for a new connection
    EXPECT_EQ(kept.send("meanwhile"), send_result::backed_up);
    driver.settle();
    EXPECT_FALSE(kept.ended());
    pass_wait();
    EXPECT_TRUE(at_server.logged("message meanwhile"));
}

} // namespace
} // namespace weft
