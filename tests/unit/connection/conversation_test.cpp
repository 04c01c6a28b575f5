// SPDX-License-Identifier: MIT
// Conversations over memory pipes in virtual time: what coroutines receive and send, and whom they
// wait for.
#include <weft/core/prepared_message.hpp>
#include <weft/stream/spawn.hpp>
#include <weft/stream/when_any.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conversation_fixture.hpp"
#include "support/allocations.hpp"

namespace weft::testing {
namespace {

TEST_F(conversations, echo_in_both_roles) {
    server->route("/", [](conversation peer) -> task<void> {
        while (auto m = co_await peer.receive()) co_await peer.send(*m);
    });
    spawn(driver, [this]() -> task<> {
        auto peer = co_await connect();
        EXPECT_TRUE(peer);
        for (const char* word : {"a", "b", "c"}) {
            co_await peer.send(word);
            const auto answer = co_await peer.receive();
            events += answer->text();
        }
        co_await peer.send(std::vector<std::byte>(3));
        const auto binary = co_await peer.receive();
        EXPECT_FALSE(binary->is_text());
        EXPECT_EQ(binary->size(), 3U);
        const auto closed = co_await peer.close();
        EXPECT_TRUE(closed) << closed.error();
        EXPECT_TRUE(peer.outcome().clean());
        EXPECT_FALSE(peer);
        const auto after = co_await peer.receive();
        EXPECT_EQ(after.error(), errc::not_open);
        const auto sent = co_await peer.send("x");
        EXPECT_EQ(sent.error(), errc::not_open);
    });
    driver.settle();
    EXPECT_EQ(events, "abc");
    expect_all_over();
}

TEST_F(conversations, connect_with_options) {
    server->route("/", echo, {.connection = {}, .subprotocol = "chat"});
    spawn(driver, [this]() -> task<> {
        connect_options options;
        options.subprotocols = {"chat"};
        auto peer = co_await connect(options);
        events += peer.connection()->subprotocol();
    });
    driver.settle();
    EXPECT_EQ(events, "chat");
}

TEST_F(conversations, see_the_request_when_they_begin) {
    open_with([this](conversation peer) -> task<> {
        events += peer.connection()->host();
        EXPECT_TRUE(peer.connection()->request());
        static_cast<void>(co_await peer.receive());
    });
    EXPECT_EQ(events, "example.org");
}

TEST_F(conversations, end_with_the_coroutine) {
    open_with([](conversation) -> task<> { co_return; });
    ASSERT_EQ(at_client.ends, 1);
    EXPECT_EQ(at_client.end->code(), close_code::normal);
    EXPECT_TRUE(at_client.end->clean());
    expect_all_over();
}

TEST_F(conversations, that_never_opened_answer_everything_with_their_error) {
    server->route("/",
                  {.validate = [](connection& c) { static_cast<void>(c.reject(429, "later")); }});
    spawn(driver, [this]() -> task<> {
        auto peer = co_await connect();
        EXPECT_FALSE(peer);
        EXPECT_EQ(peer.connection(), nullptr);
        EXPECT_EQ(peer.outcome().http_status, 429);
        EXPECT_EQ(peer.outcome().response_body(), "later");
        const auto received = co_await peer.receive();
        EXPECT_EQ(received.error(), errc::not_upgraded);
        const auto sent = co_await peer.send("x");
        EXPECT_EQ(sent.error(), errc::not_upgraded);
        const auto part = co_await peer.send_part("x", true);
        EXPECT_EQ(part.error(), errc::not_upgraded);
        const auto closed = co_await peer.close();
        EXPECT_EQ(closed.error(), errc::not_upgraded);
        events = "over";
    });
    driver.settle();
    EXPECT_EQ(events, "over");
    expect_all_over();
}

TEST_F(conversations, that_are_empty_answer_too) {
    spawn(driver, [this]() -> task<> {
        conversation empty;
        EXPECT_FALSE(empty);
        EXPECT_EQ(empty.outcome().error, errc::not_open);
        const auto received = co_await empty.receive();
        const auto sent = co_await empty.send("x");
        const auto closed = co_await empty.close();
        EXPECT_EQ(received.error(), errc::not_open);
        EXPECT_EQ(sent.error(), errc::not_open);
        EXPECT_EQ(closed.error(), errc::not_open);
        events = "over";
    });
    driver.settle();
    EXPECT_EQ(events, "over");
}

TEST_F(conversations, receive_all_that_came_before_the_end) {
    open_with([this](conversation peer) -> task<> {
        co_await driver.sleep(1s);
        while (auto m = co_await peer.receive()) events += m->text();
        events += peer.outcome().clean() ? "." : "!";
    });
    for (const char* word : {"a", "b", "c"}) outbound().send(word);
    outbound().close();
    pass(0s);
    EXPECT_EQ(events, "");
    pass(1s);
    EXPECT_EQ(events, "abc.");
    expect_all_over();
}

TEST_F(conversations, keep_one_message_and_then_stop_reading) {
    conversation held;
    open_with([&held](conversation peer) -> task<> {
        held = std::move(peer);
        co_return;
    });
    const std::string large(20'000, 'x');
    std::size_t sent = 0;
    while (outbound().send(large) == send_result::accepted) {
        ++sent;
        pass(0s);
        ASSERT_LT(sent, 100U); // what the peer may send is bounded
    }
    EXPECT_TRUE(held.connection()->paused());
    spawn(driver, [&]() -> task<> {
        for (std::size_t i = 0; i <= sent; ++i) static_cast<void>(co_await held.receive());
        events = "all";
    });
    pass(0s);
    EXPECT_EQ(events, "all");
    EXPECT_FALSE(held.connection()->paused());
}

TEST_F(conversations, keep_the_message_until_the_next_is_asked_for) {
    open_with([this](conversation peer) -> task<> {
        const auto first = co_await peer.receive();
        co_await driver.sleep(1s);
        events += first->text();
        const auto second = co_await peer.receive();
        co_await driver.sleep(1s);
        events += second->text();
    });
    outbound().send("one");
    pass(0s);
    outbound().send("two");
    outbound().send("three");
    pass(0s);
    pass(1s);
    pass(1s);
    EXPECT_EQ(events, "onetwo");
}

TEST_F(conversations, wait_with_sending_until_the_peer_has_read) {
    open_with([this](conversation peer) -> task<> {
        const std::string large(50'000, 'x');
        for (int i = 0; i < 10; ++i) {
            const auto sent = co_await peer.send(large);
            EXPECT_TRUE(sent);
            events += std::to_string(i);
        }
        events += " sent";
        static_cast<void>(co_await peer.receive());
    });
    EXPECT_EQ(events, "0123456789 sent");
    events.clear();
    at_client.on["open"] = [](connection* c) { c->pause(); };
    link();
    pass(0s);
    EXPECT_LT(events.size(), 5U); // as far as the pipe takes it
    outbound().resume();
    pass(0s);
    EXPECT_EQ(events, "0123456789 sent");
}

TEST_F(conversations, do_not_wait_for_what_has_drained_before_they_do) {
    open_with([this](conversation peer) -> task<> {
        static_cast<void>(co_await peer.receive());
        auto sent = peer.send(std::string(100'000, 'x'));
        co_await driver.sleep(1s);
        const auto result = co_await std::move(sent);
        events += result ? "sent" : "failed";
    });
    outbound().send("go");
    pass(0s);
    pass(1s);
    EXPECT_EQ(events, "sent");
}

TEST_F(conversations, report_a_full_queue) {
    connection_options small;
    small.queue_size_max = 1000;
    small.when_full = queue_policy::drop;
    at_client.on["open"] = [](connection* c) { c->pause(); };
    open_with(
        [this](conversation peer) -> task<> {
            auto waits = peer.send(std::string(200'000, 'x'));
            const auto refused = co_await peer.send("y");
            events += refused.error() == errc::queue_full ? "full" : "sent";
            co_await std::move(waits);
        },
        small);
    EXPECT_EQ(events, "full");
}

TEST_F(conversations, send_messages_in_parts) {
    open_with([](conversation peer) -> task<> {
        co_await peer.send_part("a", false);
        co_await peer.send_part("b", false);
        co_await peer.send_part("c", true);
    });
    EXPECT_TRUE(at_client.logged("message abc"));
}

TEST_F(conversations, send_prepared_messages) {
    open_with([](conversation peer) -> task<> {
        const prepared_message both("prepared");
        co_await peer.send(both);
    });
    EXPECT_TRUE(at_client.logged("message prepared"));
}

TEST_F(conversations, mix_with_handlers) {
    handlers more{
        .open = [this](connection&) { events += "open "; },
        .writable = [this](connection&) { events += "writable "; },
        .ping = [this](connection&, std::span<const std::byte>) { events += "ping "; },
        .close = [this](connection&, const report&) { events += "close "; },
        .validate = [this](connection&) { events += "validate "; },
    };
    auto serve = [this](conversation peer) -> task<> {
        events += "begin ";
        while (auto m = co_await peer.receive()) {
            events += std::string(m->text()) + " ";
            co_await peer.send(std::string(200'000, 'x'));
        }
        events += "end";
    };
    server->route("/", coroutine_handlers(std::move(serve), std::move(more)));
    link();
    pass(0s);
    outbound().ping("p");
    outbound().send("m");
    pass(0s);
    outbound().close();
    pass(0s);
    EXPECT_EQ(events, "validate open begin ping m writable close end");
}

// Both would never be called.
TEST_F(conversations, refuse_handlers_for_messages) {
    const auto serve = [](conversation) -> task<> { co_return; };
    const auto words_of = [&](handlers more) -> std::string {
        try {
            static_cast<void>(coroutine_handlers(serve, std::move(more)));
        } catch (const std::system_error& why) {
            EXPECT_EQ(why.code(), errc::bad_argument);
            return why.what();
        }
        return {};
    };
    EXPECT_NE(words_of({.part = [](connection&, message_part) {}}).find("`part`"),
              std::string::npos);
    EXPECT_NE(words_of({.message = [](connection&, message) {}}).find("`message`"),
              std::string::npos);
    EXPECT_EQ(words_of({}), "");
}

TEST_F(conversations, leave_the_data_of_the_connection_to_the_application) {
    open_with([this](conversation peer) -> task<> {
        peer.connection()->data() = std::string("mine");
        const auto m = co_await peer.receive();
        events = *peer.connection()->data_as<std::string>() + std::string(m->text());
    });
    outbound().send("!");
    pass(0s);
    EXPECT_EQ(events, "mine!");
}

/// The pipe itself allocates, so handlers are the measure.
TEST_F(conversations, allocate_no_more_for_a_message_than_handlers) {
    const std::string_view text = "a message of some length that fits in no small string";
    std::size_t by_handlers = 0;
    server->route("/", {.message = [](connection& c, message m) { c.send(m); }});
    {
        std::optional<allocation_counter> counted;
        int left = 200;
        auto [a, b] = memory_pipe(driver, driver, capacity);
        server->serve(std::move(a));
        client->connect(std::move(b), *uri::parse("ws://example.org/"),
                        {.open = [&](connection& c) { c.send(text); },
                         .message =
                             [&](connection& c, message) {
                                 if (--left == 100) counted.emplace();
                                 if (left != 0) c.send(text);
                                 if (left == 0) by_handlers = counted->count();
                             }});
        driver.settle();
    }
    std::size_t by_coroutines = SIZE_MAX;
    server->route("/", echo);
    spawn(driver, [&]() -> task<> {
        auto peer = co_await connect();
        for (int i = 0; i < 100; ++i) {
            co_await peer.send(text);
            co_await when_any(peer.receive(), driver.sleep(1s));
        }
        const allocation_counter counted;
        for (int i = 0; i < 100; ++i) {
            co_await peer.send(text);
            co_await when_any(peer.receive(), driver.sleep(1s));
        }
        by_coroutines = counted.count();
    });
    driver.settle();
    EXPECT_LE(by_coroutines, by_handlers);
}

} // namespace
} // namespace weft::testing
