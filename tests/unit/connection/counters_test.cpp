// SPDX-License-Identifier: MIT
// What an endpoint counts: openings, ends by their reasons, traffic, and what is there now.
#include "connection_fixture.hpp"

#include <algorithm>

#include <weft/connection/endpoint_counters.hpp>

namespace weft {
namespace {

using namespace std::chrono_literals;
using testing::connection_fixture;

class counters_test : public connection_fixture {
public:
    [[nodiscard]] endpoint_counters at_the_server() const { return server->counters(); }
};

TEST_F(counters_test, begin_at_zero) {
    const auto none = at_the_server();
    EXPECT_EQ(none.opened + none.closed + none.failed + none.requests + none.refused, 0U);
    EXPECT_EQ(none.connections + none.handshakes + none.waiting + none.queued_bytes, 0U);
    EXPECT_TRUE(none.close_codes.empty());
    EXPECT_TRUE(none.routes.empty());
    EXPECT_EQ(none.traffic, traffic());
}

TEST_F(counters_test, of_a_connection_from_open_to_close) {
    open();
    outbound().send("seven b");
    driver.settle();
    auto now = at_the_server();
    EXPECT_EQ(now.opened, 1U);
    EXPECT_EQ(now.closed, 0U);
    EXPECT_EQ(now.connections, 1U);
    EXPECT_EQ(now.traffic, served().traffic());
    EXPECT_EQ(now.traffic.messages_received, 1U);
    ASSERT_EQ(now.routes.size(), 1U);
    EXPECT_EQ(now.routes[0].path, "/");
    EXPECT_EQ(now.routes[0].opened, 1U);
    EXPECT_EQ(now.routes[0].open, 1U);

    outbound().close(close_code::going_away);
    driver.settle();
    now = at_the_server();
    EXPECT_EQ(now.connections, 0U);
    EXPECT_EQ(now.closed, 1U);
    EXPECT_EQ(now.close_codes, (std::map<close_code, std::uint64_t>{{close_code::going_away, 1}}));
    EXPECT_TRUE(now.close_errors.empty());
    EXPECT_EQ(now.routes[0].open, 0U);
    EXPECT_EQ(now.routes[0].opened, 1U);
    EXPECT_EQ(now.traffic.messages_received, 1U) << "it includes connections that have ended";
    const auto other = client->counters();
    EXPECT_EQ(other.opened, 1U);
    EXPECT_EQ(other.closed, 1U);
    EXPECT_EQ(other.traffic.messages_sent, 1U);
}

TEST_F(counters_test, of_a_connection_that_is_lost) {
    open();
    served().abort();
    driver.settle();
    const auto now = at_the_server();
    EXPECT_EQ(now.closed, 1U);
    EXPECT_EQ(now.close_codes.at(close_code::abnormal), 1U);
    EXPECT_EQ(now.close_errors.at(errc::aborted), 1U);
}

TEST_F(counters_test, of_handshakes_that_fail) {
    server->route("/", at_server.all());
    link("ws://example.org/nowhere");
    driver.settle();
    auto now = at_the_server();
    EXPECT_EQ(now.opened, 0U);
    EXPECT_EQ(now.failed, 1U);
    EXPECT_EQ(now.statuses.at(404), 1U);
    auto peer = visit();
    EXPECT_EQ(at_the_server().handshakes, 1U);
    peer.write("nonsense\r\n\r\n");
    driver.settle();
    now = at_the_server();
    EXPECT_EQ(now.failed, 2U);
    EXPECT_EQ(now.handshakes, 0U);
    EXPECT_EQ(now.statuses.at(400), 1U);
    std::uint64_t failures = 0;
    for (const auto& [why, count] : now.failures) failures += count;
    EXPECT_EQ(failures, 2U);
    EXPECT_EQ(client->counters().statuses.at(404), 1U);
}

TEST_F(counters_test, of_plain_requests) {
    server->route("/", {.http = [](connection& peer) {
        static_cast<void>(peer.respond({.status = 200, .body = "ok"}));
    }});
    auto peer = visit();
    peer.write("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /other HTTP/1.1\r\nHost: a\r\n\r\n");
    driver.settle();
    const auto now = at_the_server();
    EXPECT_EQ(now.requests, 2U);
    EXPECT_EQ(now.failed, 0U);
    EXPECT_TRUE(now.routes.empty()) << "no route serves WebSockets";
}

TEST_F(counters_test, of_output_that_waits) {
    capacity = 1024;
    open();
    outbound().pause();
    served().send(std::string(100'000, 'x'));
    driver.settle();
    const auto now = at_the_server();
    EXPECT_EQ(now.waiting, 1U);
    EXPECT_EQ(now.queued_bytes, served().buffered_amount());
    EXPECT_GT(now.queued_bytes, 0U);
}

TEST_F(counters_test, of_round_trips) {
    open();
    EXPECT_EQ(at_the_server().round_trips.counts[0], 0U);
    pass(25s);
    const auto now = at_the_server();
    EXPECT_EQ(now.round_trips.counts[0], 1U);
    EXPECT_EQ(now.round_trips.sum, 1us); // a pipe in memory takes no time
}

TEST(endpoint_counters_test, fill_the_bucket_of_a_round_trip) {
    round_trip_histogram trips;
    trips.add(1ms);
    trips.add(1ms + 1us);
    trips.add(1s);
    trips.add(1min);
    EXPECT_EQ(trips.counts[0], 1U);
    EXPECT_EQ(trips.counts[1], 1U);
    EXPECT_EQ(trips.counts[8], 1U);
    EXPECT_EQ(trips.counts[9], 1U);
    EXPECT_EQ(trips.sum, 61s + 2ms + 1us);
}

TEST(endpoint_counters_test, add_up) {
    endpoint_counters one;
    one.opened = 3;
    one.close_codes = {{close_code::normal, 2}};
    one.traffic.bytes_sent = 10;
    one.routes = {{"", "/a", "", 3, 1}};
    one.round_trips.add(1ms);
    endpoint_counters other = one;
    other.close_codes = {{close_code::normal, 1}, {close_code::going_away, 1}};
    other.routes = {{"", "/b", "", 1, 1}, {"", "/a", "", 2, 2}};
    one += other;
    EXPECT_EQ(one.opened, 6U);
    EXPECT_EQ(one.close_codes.at(close_code::normal), 3U);
    EXPECT_EQ(one.close_codes.at(close_code::going_away), 1U);
    EXPECT_EQ(one.traffic.bytes_sent, 20U);
    EXPECT_EQ(one.round_trips.counts[0], 2U);
    ASSERT_EQ(one.routes.size(), 2U);
    EXPECT_EQ(one.routes[0].opened, 5U);
    EXPECT_EQ(one.routes[0].open, 3U);
    EXPECT_EQ(one.routes[1].path, "/b");
}

TEST(endpoint_counters_test, are_a_text_for_prometheus) {
    endpoint_counters some;
    some.opened = 3;
    some.close_codes = {{close_code::normal, 2}};
    some.failures = {{errc::handshake_timeout, 4}};
    some.routes = {{"example.org", "/a\"b\\", "chat", 3, 1}};
    some.round_trips.add(20ms);
    const auto text = prometheus_text(some, "app");
    const auto has = [&](std::string_view line) {
        return ("\n" + text).find("\n" + std::string(line) + "\n") != text.npos;
    };
    EXPECT_TRUE(has("# TYPE app_opened_total counter")) << text;
    EXPECT_TRUE(has("app_opened_total 3")) << text;
    EXPECT_TRUE(has("app_close_codes_total{code=\"1000\"} 2")) << text;
    EXPECT_NE(text.find("app_failures_total{category=\"weft\","), text.npos) << text;
    EXPECT_TRUE(has("app_route_open{path=\"/a\\\"b\\\\\",host=\"example.org\","
                    "subprotocol=\"chat\"} 1")) << text;
    EXPECT_TRUE(has("app_round_trip_seconds_bucket{le=\"0.01\"} 0")) << text;
    EXPECT_TRUE(has("app_round_trip_seconds_bucket{le=\"0.025\"} 1")) << text;
    EXPECT_TRUE(has("app_round_trip_seconds_bucket{le=\"+Inf\"} 1")) << text;
    EXPECT_TRUE(has("app_round_trip_seconds_sum 0.02")) << text;
    EXPECT_TRUE(has("app_round_trip_seconds_count 1")) << text;
}

TEST(endpoint_counters_test, have_a_line_of_help_and_of_type_for_each_metric) {
    const auto text = prometheus_text({});
    std::size_t helps = 0, types = 0;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
        const std::string_view line(text.data() + at, text.find('\n', at) - at);
        helps += line.starts_with("# HELP weft_");
        types += line.starts_with("# TYPE weft_");
        EXPECT_TRUE(line.starts_with("# ") || line.starts_with("weft_")) << line;
    }
    EXPECT_EQ(helps, types);
    EXPECT_GT(helps, 15U);
}

} // namespace
} // namespace weft
