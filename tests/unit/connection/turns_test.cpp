// SPDX-License-Identifier: MIT
// Turns with a small budget, and turns inside handlers.
#include "connection_fixture.hpp"

namespace weft::testing {
namespace {

class turns_test : public connection_fixture {
public:
    /// Makes turns of one handler call each until there is no more to do.
    void settle_one_by_one() {
        const auto calls = [this] { return at_server.log.size() + at_client.log.size(); };
        while (driver.waiting()) {
            const auto before = calls();
            driver.advance(driver.now(), {.handlers = 1});
            EXPECT_LE(calls(), before + 1);
        }
    }
};

TEST_F(turns_test, a_budget_of_one_loses_nothing_and_keeps_the_order) {
    at_server.on["message"] = [](connection* c) { c->send("answer"); };
    server->route("/", at_server.all());
    link();
    settle_one_by_one();
    ASSERT_EQ(at_client.opens, 1);
    for (int i = 0; i < 20; ++i) {
        outbound().send(std::to_string(i));
        if (i % 5 == 0) outbound().ping("p");
    }
    outbound().send(std::string(20000, 'x'));
    outbound().close();
    settle_one_by_one();
    std::vector<std::string> expected{"validate", "open"};
    for (int i = 0; i < 20; ++i) {
        expected.push_back("message " + std::to_string(i));
        if (i % 5 == 0) expected.emplace_back("ping p");
    }
    expected.push_back("message " + std::string(20000, 'x'));
    expected.emplace_back("close");
    EXPECT_EQ(at_server.log, expected);
    EXPECT_EQ(at_client.count("message answer"), 21U);
    expect_all_over();
}

TEST_F(turns_test, a_budget_of_one_with_deadlines) {
    open();
    driver.advance(driver.now() + 25s, {.handlers = 1});
    settle_one_by_one();
    // One, as the ping that came to the other side before it was judged is a sign of life.
    EXPECT_EQ(at_server.pings() + at_client.pings(), 1U);
    outbound().pause();
    for (int i = 0; i < 10 && at_server.ends == 0; ++i) {
        driver.advance(driver.now() + 25s, {.handlers = 1});
        settle_one_by_one();
    }
    ASSERT_EQ(at_server.ends, 1);
    EXPECT_EQ(at_server.end->error, errc::pong_timeout);
}

TEST_F(turns_test, connections_take_turns_when_the_budget_is_small) {
    open();
    link();
    driver.settle();
    std::vector<connection*> order;
    at_server.on["message"] = [&](connection* c) { order.push_back(c); };
    client->for_each([](connection& c) {
        for (int i = 0; i < 4; ++i) c.send("m");
    });
    while (driver.waiting()) driver.advance(driver.now(), {.handlers = 1});
    ASSERT_EQ(order.size(), 8U);
    for (std::size_t i = 1; i < 6; ++i) EXPECT_NE(order[i], order[i - 1]) << i;
}

// --- turns inside handlers

struct nested_case {
    role where;
    const char* handler;
};

class nested_test : public connection_fixture, public ::testing::WithParamInterface<nested_case> {
public:
    listener other_server;
    listener other_client;

    listener& ours() { return GetParam().where == role::server ? at_server : at_client; }
    listener& theirs() { return GetParam().where == role::server ? at_client : at_server; }

    /// A second pair, with a message under way at any time that it is asked for.
    void open_other() {
        server->route("/other", other_server.all());
        auto [a, b] = memory_pipe(driver, driver);
        server->serve(std::move(a));
        client->connect(std::move(b), *uri::parse("ws://x/other"), other_client.all());
        driver.settle();
    }

    void turn_inside(connection* c) {
        const auto before = ours().log.size();
        const bool sent = c && c->send("before") != send_result::closed;
        other_client.last->send("meanwhile");
        driver.settle();
        EXPECT_TRUE(other_server.logged("message meanwhile"));
        EXPECT_EQ(ours().log.size(), before);
        if (sent && GetParam().handler != std::string("validate")) {
            EXPECT_TRUE(theirs().logged("message before"));
        }
        if (c) other_server.last->send("and back");
    }
};

TEST_P(nested_test, others_are_served_and_output_leaves) {
    open_other();
    const std::string which = GetParam().handler;
    ours().on[which] = [this, which](connection* c) {
        ours().on.erase(which);
        turn_inside(c);
    };
    server->route("/", at_server.all_and_http());
    capacity = 40000;
    link();
    driver.settle();
    const auto speak = [](connection& c) {
        c.send("1");
        c.ping("p");
        c.send("2");
        c.pong("q");
        c.send(std::string(50000, 'x'));
        c.send("3");
    };
    speak(outbound());
    speak(served());
    driver.settle();
    outbound().close();
    driver.settle();
    link("ws://x/nowhere");
    driver.settle();
    auto peer = visit();
    peer.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    driver.settle();
    EXPECT_FALSE(ours().on.contains(which)) << "the handler was not called";
    for (auto* each : {&at_server, &at_client}) {
        EXPECT_EQ(each->handlers_max, 1U);
        std::vector<std::string> messages;
        for (const auto& entry : each->log) {
            if (entry.starts_with("message") && entry != "message before") {
                messages.push_back(entry.substr(8, 1));
            }
        }
        EXPECT_EQ(messages, (std::vector<std::string>{"1", "2", "x", "3"}));
        EXPECT_EQ(each->count("close"), 1U);
    }
}

std::vector<nested_case> all_handlers() {
    std::vector<nested_case> cases;
    for (const char* each : {"validate", "open", "message", "writable", "ping", "pong", "close",
                             "http"}) {
        cases.push_back({role::server, each});
    }
    for (const char* each : {"open", "message", "writable", "ping", "pong", "close", "fail"}) {
        cases.push_back({role::client, each});
    }
    return cases;
}

std::string nested_name(const ::testing::TestParamInfo<nested_case>& each) {
    return std::string(each.param.where == role::server ? "server_" : "client_") +
           each.param.handler;
}

INSTANTIATE_TEST_SUITE_P(in, nested_test, ::testing::ValuesIn(all_handlers()), nested_name);

TEST_F(turns_test, views_stay_while_turns_are_made_inside_a_handler) {
    std::string seen;
    server->route("/", {.message = [&](connection& c, message m) {
        client->for_each([](connection& each) { each.send("another"); });
        driver.settle();
        driver.settle();
        if (seen.empty()) seen = m.text();
        c.send(m);
    }});
    link();
    driver.settle();
    client->for_each([](connection& c) {
        c.send("first");
        c.send("second");
    });
    for (int i = 0; i < 5; ++i) driver.advance(driver.now());
    EXPECT_EQ(seen, "first");
    EXPECT_TRUE(at_client.logged("message first"));
}

TEST_F(turns_test, room_in_the_stream_is_reported_after_the_handler) {
    capacity = 1000;
    bool called_inside = false;
    at_server.on["message"] = [&](connection* c) {
        EXPECT_EQ(c->send(std::string(70000, 'x')), send_result::backed_up);
        driver.settle();
        called_inside = at_server.logged("writable");
        EXPECT_EQ(c->buffered_amount(), 0U);
    };
    open();
    outbound().send("go");
    driver.settle();
    EXPECT_FALSE(called_inside);
    EXPECT_EQ(at_server.count("writable"), 1U);
}

TEST_F(turns_test, a_reset_in_a_turn_inside_a_handler_is_reported_after_it) {
    server->route("/", at_server.all());
    at_server.on["message"] = [&](connection* c) {
        client_end->reset();
        driver.settle();
        EXPECT_EQ(at_server.ends, 0);
        EXPECT_EQ(c->send("a"), send_result::closed);
    };
    link();
    driver.settle();
    outbound().send("go");
    driver.settle();
    EXPECT_EQ(at_server.ends, 1);
    EXPECT_EQ(server->connection_count(), 0U);
}

TEST_F(turns_test, what_others_send_to_a_connection_on_the_stack_leaves) {
    capacity = 1024 * 1024;
    open();
    listener second;
    server->route("/second", second.all());
    second.on["message"] = [this](connection*) {
        served().send("from the other");
        served().send(std::string(30000, 'l'));
    };
    auto [a, b] = memory_pipe(driver, driver);
    server->serve(std::move(a));
    auto& other = client->connect(std::move(b), *uri::parse("ws://x/second"), {});
    driver.settle();
    at_server.on["message"] = [&](connection*) {
        other.send("go");
        driver.settle();
        EXPECT_TRUE(at_client.logged("message from the other"));
        EXPECT_TRUE(at_client.logged("message " + std::string(30000, 'l')));
    };
    outbound().send("go");
    driver.settle();
    EXPECT_TRUE(second.logged("message go"));
}

TEST_F(turns_test, a_deadline_passes_while_the_handler_is_on_the_stack) {
    at_server.on["message"] = [&](connection*) {
        driver.advance(driver.now() + 1000s);
        driver.settle();
        EXPECT_EQ(at_server.ends, 0);
    };
    open();
    outbound().send("go");
    outbound().pause();
    driver.settle();
    pass(20s);
    pass(5s);
    EXPECT_EQ(at_server.end->error, errc::pong_timeout);
    EXPECT_EQ(server->connection_count(), 0U);
}

} // namespace
} // namespace weft::testing
