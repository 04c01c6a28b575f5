// SPDX-License-Identifier: MIT
// How conversations end: by exceptions, stop tokens, operations that are given up, and the end of
// their endpoint.
#include <weft/stream/spawn.hpp>
#include <weft/stream/when_any.hpp>

#include <memory>
#include <stdexcept>
#include <string>

#include "conversation_fixture.hpp"
#include "support/stop_source.hpp"

namespace weft::testing {
namespace {

TEST_F(conversations, whose_coroutine_throws_end_as_if_a_handler_had_thrown) {
    int errors = 0;
    driver.on_error([&](const std::exception_ptr&) { ++errors; });
    report end;
    handlers more{.close = [&](connection&, const report& why) { end = why; }};
    auto serve = [](conversation peer) -> task<> {
        static_cast<void>(co_await peer.receive());
        throw std::runtime_error("oh");
    };
    server->route("/", coroutine_handlers(serve, std::move(more)));
    link();
    pass(0s);
    outbound().send("x");
    pass(0s);
    EXPECT_EQ(errors, 1);
    EXPECT_EQ(at_client.end->code(), close_code::internal_error);
    EXPECT_EQ(end.error, errc::handler_threw);
    EXPECT_TRUE(end.exception);
    expect_all_over();
}

TEST_F(conversations, that_an_exception_destroys_are_closed_as_such) {
    int errors = 0;
    driver.on_error([&](const std::exception_ptr&) { ++errors; });
    open_with([this](conversation peer) -> task<> {
        const auto own = std::move(peer);
        co_await driver.sleep(1s);
        throw std::runtime_error("oh");
    });
    pass(1s);
    EXPECT_EQ(errors, 1);
    EXPECT_EQ(at_client.end->code(), close_code::internal_error);
}

TEST_F(conversations, are_received_from_once_at_a_time) {
    open_with([this](conversation peer) -> task<> {
        auto other = [](conversation& shared) -> task<std::error_code> {
            const auto m = co_await shared.receive();
            co_return m.error();
        };
        const auto first = co_await when_any(peer.receive(), other(peer));
        EXPECT_EQ(std::get<1>(first), std::errc::operation_in_progress);
        events += "over";
    });
    EXPECT_EQ(events, "over");
}

TEST_F(conversations, lose_no_message_when_a_receive_is_given_up) {
    open_with([this](conversation peer) -> task<> {
        for (int i = 0; i < 3; ++i) {
            const auto first = co_await when_any(peer.receive(), driver.sleep(1s));
            events += first.index() == 1 ? "late " : std::string(std::get<0>(first)->text()) + " ";
        }
    });
    pass(1s);
    outbound().send("a");
    pass(0s);
    outbound().send("b");
    pass(0s);
    EXPECT_EQ(events, "late a b ");
}

TEST_F(conversations, answer_operations_that_outlive_them) {
    open_with([this](conversation peer) -> task<> {
        auto ask = [](conversation& of) -> task<std::error_code> {
            const auto m = co_await of.receive();
            co_return m.error();
        };
        auto drop = [this](conversation& of) -> task<> {
            co_await driver.sleep(1s);
            of = conversation();
            events += "drops ";
            co_await driver.sleep(1h);
        };
        const auto first = co_await when_any(ask(peer), drop(peer));
        events += std::get<0>(first) == std::errc::operation_canceled ? "cancelled" : "else";
    });
    pass(1s);
    EXPECT_EQ(events, "drops cancelled");
}

TEST_F(conversations, are_stopped_by_a_token_wherever_they_wait) {
    if (!has_stop_tokens) GTEST_SKIP() << no_stop_tokens;
    stop_source stop;
    auto serve = [this](conversation peer) -> task<> {
        const auto m = co_await peer.receive();
        events += m.error() == std::errc::operation_canceled ? "stopped " : "received ";
        const auto closed = co_await peer.close();
        events += closed.error() == std::errc::operation_canceled ? "stopped" : "closed";
    };
    server->route("/", coroutine_handlers(serve, {}, stop.get_token()));
    link();
    pass(0s);
    stop.request_stop();
    pass(0s);
    EXPECT_EQ(events, "stopped stopped");
    EXPECT_TRUE(at_client.end->clean());
    expect_all_over();
}

TEST_F(conversations, are_not_waited_for_once_connecting_is_given_up) {
    auto [a, b] = memory_pipe(driver, driver, capacity);
    raw_peer silent(std::move(a));
    spawn(driver, [&, end = std::move(b)]() mutable -> task<> {
        const auto target = *uri::parse("ws://example.org/");
        auto attempt = client->connect(std::move(end), target);
        const auto first = co_await when_any(std::move(attempt), driver.sleep(500ms));
        events += first.index() == 1 ? "late" : "connected";
    });
    pass(0s);
    pass(499ms);
    EXPECT_EQ(events, "");
    pass(1ms);
    EXPECT_EQ(events, "late");
    expect_all_over();
}

TEST_F(conversations, whose_connecting_is_stopped_say_so) {
    if (!has_stop_tokens) GTEST_SKIP() << no_stop_tokens;
    auto [a, b] = memory_pipe(driver, driver, capacity);
    raw_peer silent(std::move(a));
    stop_source stop;
    spawn(
        driver,
        [&, end = std::move(b)]() mutable -> task<> {
            auto peer = co_await client->connect(std::move(end), *uri::parse("ws://a.example/"));
            EXPECT_FALSE(peer);
            EXPECT_EQ(peer.outcome().error, std::errc::operation_canceled);
            events += "stopped ";
            auto again = co_await connect();
            EXPECT_EQ(again.outcome().error, std::errc::operation_canceled);
            events += "stopped";
        },
        stop.get_token());
    pass(0s);
    stop.request_stop();
    pass(0s);
    EXPECT_EQ(events, "stopped stopped");
    expect_all_over();
}

TEST_F(conversations, that_nobody_awaits_are_closed) {
    open(); // the server's handlers
    static_cast<void>(connect());
    {
        auto attempt = connect();
        pass(0s);
    }
    pass(0s);
    EXPECT_EQ(server->connection_count(), 1U);
    EXPECT_EQ(client->connection_count(), 1U);
}

TEST_F(conversations, end_with_their_endpoint) {
    open_with([this](conversation peer) -> task<> {
        const auto m = co_await peer.receive();
        EXPECT_EQ(m.error(), errc::aborted);
        EXPECT_EQ(peer.outcome().error, errc::aborted);
        EXPECT_EQ(peer.connection(), nullptr);
        events = "ended";
    });
    server.reset();
    pass(0s);
    EXPECT_EQ(events, "ended");
    server.emplace(driver);
}

TEST_F(conversations, may_destroy_their_endpoint) {
    auto kept = std::make_shared<std::string>("kept");
    open_with([this, kept](conversation peer) -> task<> {
        static_cast<void>(co_await peer.receive());
        server.reset();
        const auto sent = co_await peer.send("x");
        EXPECT_FALSE(sent);
        co_await driver.sleep(1s);
        events = *kept; // the route is gone, and its function is not
    });
    outbound().send("x");
    pass(0s);
    pass(1s);
    EXPECT_EQ(events, "kept");
    EXPECT_EQ(kept.use_count(), 1);
    server.emplace(driver);
}

} // namespace
} // namespace weft::testing
