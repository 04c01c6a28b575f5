// SPDX-License-Identifier: MIT
// Clients of whom somebody else has read something: a few bytes, or the whole request.
#include "connection_fixture.hpp"

namespace weft::testing {
namespace {

class handed_over : public connection_fixture {
public:
    static http_request request(const http_fields& more = {}) {
        http_fields headers{{"Host", "example.org"},
                            {"Upgrade", "websocket"},
                            {"Connection", "Upgrade"},
                            {"Sec-WebSocket-Version", "13"},
                            {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
        headers.insert(headers.end(), more.begin(), more.end());
        return *http_request::make("GET", "/chat?room=1", headers);
    }

    /// Hands over `asked`; the peer's end of the stream.
    raw_peer hand_over(http_request asked, std::span<const std::byte> early = {}) {
        auto [a, b] = memory_pipe(driver, driver, capacity);
        std::unique_ptr<stream> end = std::move(a);
        taken = server->accept(std::move(end), std::move(asked), early);
        EXPECT_EQ(end == nullptr, taken.has_value()) << "not taken on error";
        return raw_peer(std::move(b));
    }

    result<connection*> taken = failure(errc::gone);
    frame_builder frames{role::client};
};

TEST_F(handed_over, bytes_that_were_read_are_delivered_first) {
    server->route("/chat", at_server.all());
    const auto all = to_bytes(canned_request()) + frames.text("hello");
    for (const std::size_t early : {std::size_t{1}, canned_request().size(), all.size()}) {
        auto [a, b] = memory_pipe(driver, driver, capacity);
        server->serve(std::move(a), std::span(all).first(early));
        EXPECT_TRUE(at_server.log.empty()) << "nothing from inside the call";
        raw_peer peer(std::move(b));
        peer.write(std::span(all).subspan(early));
        driver.settle();
        EXPECT_EQ(at_server.log, (std::vector<std::string>{"validate", "open", "message hello"}));
        EXPECT_TRUE(peer.text().starts_with("HTTP/1.1 101 "));
        peer.end().close();
        driver.settle();
        at_server.log.clear();
    }
}

TEST_F(handed_over, a_request_goes_through_routes_and_validate_and_opens) {
    server->route("/", {});
    server->route("/chat", at_server.all(), {.connection = {}, .subprotocol = "b"});
    at_server.on["validate"] = [&](connection* one) {
        EXPECT_EQ(one->path(), "/chat");
        EXPECT_EQ(one->query_value("room"), "1");
        EXPECT_EQ(one->offered_subprotocols(), (std::vector<std::string>{"a", "b"}));
    };
    auto peer = hand_over(request({{"Sec-WebSocket-Protocol", "a, b"}}), frames.text("early"));
    ASSERT_TRUE(taken) << taken.error().message();
    EXPECT_TRUE(at_server.log.empty()) << "nothing from inside the call";
    driver.settle();
    peer.write(frames.text("late"));
    driver.settle();
    EXPECT_EQ(at_server.log, (std::vector<std::string>{"validate", "open", "message early",
                                                       "message late"}));
    EXPECT_EQ((*taken)->subprotocol(), "b");
    EXPECT_NE(peer.text().find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
}

TEST_F(handed_over, a_request_may_be_refused_like_any_other) {
    server->route("/chat", at_server.all());
    at_server.on["validate"] = [](connection* one) { EXPECT_TRUE(one->reject(403)); };
    auto peer = hand_over(request());
    driver.settle();
    EXPECT_TRUE(peer.text().starts_with("HTTP/1.1 403 "));
    EXPECT_EQ(at_server.end->error, errc::rejected);
    driver.settle();
    expect_all_over();

    std::optional<report> unrouted;
    stream_endpoint other(driver);
    other.on_fail([&](const report& why) { unrouted = why; });
    auto [a, b] = memory_pipe(driver, driver, capacity);
    ASSERT_TRUE(other.accept(std::move(a), request()));
    raw_peer lost(std::move(b));
    driver.settle();
    EXPECT_TRUE(lost.text().starts_with("HTTP/1.1 404 "));
    EXPECT_EQ(unrouted->http_status, 404);
}

TEST_F(handed_over, what_is_no_upgrade_is_left_to_the_other_server) {
    server->route("/chat", at_server.all());
    server->handshake_options({.header_size_max = 300, .header_count_max = 6}, {});
    const auto error_of = [&](http_request asked) {
        hand_over(std::move(asked));
        return taken.error();
    };
    EXPECT_EQ(error_of(*http_request::make("GET", "/chat", {{"Host", "x"}})), errc::bad_upgrade);
    EXPECT_EQ(error_of(*http_request::make("POST", "/chat", {{"Host", "x"}})), errc::bad_method);
    EXPECT_EQ(error_of(request({{"A", "b"}, {"C", "d"}})), errc::too_many_headers);
    EXPECT_EQ(error_of(request({{"A", std::string(300, 'a')}})), errc::header_too_large);
    driver.settle();
    server->shutdown(1s);
    EXPECT_EQ(error_of(request()), errc::shut_down);
    driver.settle();
    EXPECT_TRUE(at_server.log.empty());
    expect_all_over();
}

TEST_F(handed_over, unopened_connections_are_counted_and_removals_reported) {
    int gone = 0;
    server->on_removed([&](const connection&) { ++gone; });
    server->route("/chat", at_server.all());
    auto first = hand_over(request());
    auto second = visit();
    EXPECT_EQ(server->handshake_count(), 2U);
    driver.settle();
    EXPECT_EQ(server->handshake_count(), 1U);
    EXPECT_EQ(server->connection_count(), 2U);
    second.end().close();
    driver.settle();
    EXPECT_EQ(gone, 1);
    EXPECT_EQ(server->handshake_count(), 0U);
    first.end().close();
    driver.settle();
    EXPECT_EQ(gone, 2);
    EXPECT_EQ(server->connection_count(), 0U);
    auto third = visit();
    server.reset();
    EXPECT_EQ(gone, 3);
}

TEST_F(handed_over, the_handshakes_deadline_holds_for_a_deferred_answer) {
    server->route("/chat", at_server.all());
    at_server.on["validate"] = [](connection* one) { one->defer(); };
    auto peer = hand_over(request());
    driver.settle();
    pass(11s);
    EXPECT_EQ(at_server.end->error, errc::handshake_timeout);
    EXPECT_TRUE(peer.text().starts_with("HTTP/1.1 408 "));
}

} // namespace
} // namespace weft::testing
