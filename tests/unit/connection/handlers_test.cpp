// SPDX-License-Identifier: MIT
// Every handler and every getter, and exceptions out of handlers.
#include <stdexcept>

#include "connection_fixture.hpp"

namespace weft::testing {
namespace {

using handlers_test = connection_fixture;

TEST_F(handlers_test, a_session_from_open_to_close) {
    at_server.on["message"] = [](connection* c) { c->send("answer"); };
    at_client.on["open"] = [](connection* c) { c->send("question"); };
    at_client.on["message"] = [](connection* c) { c->close(close_code::normal, "enough"); };
    open();
    using words = std::vector<std::string>;
    EXPECT_EQ(at_server.log, (words{"validate", "open", "message question", "close"}));
    EXPECT_EQ(at_client.log, (words{"open", "message answer", "close"}));
    EXPECT_EQ(to_string(*at_server.end), "closed by the peer: 1000 normal (enough)");
    EXPECT_EQ(to_string(*at_client.end), "closed by this side: 1000 normal (enough)");
    expect_all_over();
}

TEST_F(handlers_test, designated_initialisers_of_the_sketch_compile) {
    std::string received;
    server->route("/echo", {
        .message = [](connection& peer, message m) { peer.send(m); },
    });
    auto [a, b] = memory_pipe(driver, driver);
    server->serve(std::move(a));
    client->connect(std::move(b), *uri::parse("ws://x/echo"),
                    {
                        .open = [](connection& c) { c.send("hello"); },
                        .message = [&](connection&, message m) { received = m.text(); },
                        .fail = [](const report& why) { FAIL() << why; },
                    });
    driver.settle();
    EXPECT_EQ(received, "hello");
}

TEST_F(handlers_test, no_handlers_at_all) {
    server->route("/", {});
    auto [a, b] = memory_pipe(driver, driver);
    server->serve(std::move(a));
    auto& c = client->connect(std::move(b), *uri::parse("ws://x/"), {});
    driver.settle();
    ASSERT_TRUE(c.is_open());
    c.send("a");
    c.ping("b");
    c.pong("c");
    driver.settle();
    c.close();
    driver.settle();
    expect_all_over();
}

TEST_F(handlers_test, pings_and_pongs) {
    open();
    EXPECT_EQ(outbound().ping("a"), send_result::accepted);
    EXPECT_EQ(served().pong("b"), send_result::accepted);
    driver.settle();
    EXPECT_TRUE(at_server.logged("ping a"));
    EXPECT_TRUE(at_client.logged("pong a"));
    EXPECT_TRUE(at_client.logged("pong b"));
    outbound().ping(std::string(200, 'x'));
    driver.settle();
    EXPECT_TRUE(at_server.logged("ping " + std::string(125, 'x')));
}

TEST_F(handlers_test, getters_of_a_server) {
    bool checked = false;
    at_server.on["open"] = [&](connection* c) {
        checked = true;
        EXPECT_EQ(c->role(), role::server);
        EXPECT_EQ(c->state(), session_state::open);
        EXPECT_FALSE(c->paused());
        EXPECT_FALSE(c->secure());
        ASSERT_NE(c->request(), nullptr);
        EXPECT_EQ(c->request()->method(), "GET");
        EXPECT_EQ(c->path(), "/chat");
        EXPECT_EQ(c->query(), "room=1");
        EXPECT_EQ(c->query_value("room"), "1");
        EXPECT_EQ(c->query_value("none"), std::nullopt);
        EXPECT_EQ(c->host(), "example.org");
        EXPECT_EQ(c->origin(), "http://a.example");
        EXPECT_EQ(c->header("x-more"), "yes");
        EXPECT_EQ(c->cookie("id"), "42");
        EXPECT_EQ(c->offered_subprotocols(), (std::vector<std::string>{"one", "two"}));
        EXPECT_EQ(c->subprotocol(), "two");
        EXPECT_EQ(c->response(), nullptr);
        EXPECT_EQ(c->uri(), nullptr);
        EXPECT_EQ(&c->driver(), &driver);
        EXPECT_EQ(c->remote_address(), address());
        EXPECT_EQ(c->local_address(), address());
    };
    server->route("/chat", at_server.all(), {.connection = {}, .subprotocol = "two"});
    auto peer = visit();
    peer.write(canned_request("Origin: http://a.example\r\nX-More: yes\r\nCookie: id=42\r\n"
                              "Sec-WebSocket-Protocol: one, two\r\n"));
    driver.settle();
    ASSERT_TRUE(checked);
    EXPECT_EQ(served().request(), nullptr);
    EXPECT_EQ(served().path(), "");
    EXPECT_EQ(served().origin(), std::nullopt);
    EXPECT_EQ(served().header("x-more"), std::nullopt);
    EXPECT_EQ(served().cookie("id"), std::nullopt);
    EXPECT_EQ(served().query_value("room"), std::nullopt);
    EXPECT_TRUE(served().offered_subprotocols().empty());
    EXPECT_EQ(served().subprotocol(), "two");
    EXPECT_EQ(served().buffered_amount(), 0U);
}

TEST_F(handlers_test, getters_of_a_client) {
    at_client.on["open"] = [&](connection* c) {
        EXPECT_EQ(c->role(), role::client);
        ASSERT_NE(c->response(), nullptr);
        EXPECT_EQ(c->response()->status(), 101);
        EXPECT_EQ(c->header("upgrade"), "websocket");
        EXPECT_EQ(c->request(), nullptr);
    };
    server->route("/a", at_server.all());
    link("ws://example.org/a?b=c");
    driver.settle();
    ASSERT_EQ(at_client.opens, 1);
    ASSERT_NE(outbound().uri(), nullptr);
    EXPECT_EQ(outbound().path(), "/a");
    EXPECT_EQ(outbound().query(), "b=c");
    EXPECT_EQ(outbound().host(), "example.org");
    EXPECT_EQ(outbound().response(), nullptr);
    EXPECT_EQ(outbound().header("upgrade"), std::nullopt);
}

TEST_F(handlers_test, a_kept_handshake_can_be_read_for_life) {
    connection_options keep;
    keep.keep_handshake = true;
    open(keep);
    EXPECT_EQ(served().path(), "/");
    ASSERT_NE(served().request(), nullptr);
    EXPECT_EQ(outbound().header("upgrade"), "websocket");
    std::string at_the_end;
    at_server.on["close"] = [&](connection* c) { at_the_end = c->path(); };
    outbound().close();
    driver.settle();
    EXPECT_EQ(at_the_end, "/");
}

TEST_F(handlers_test, user_data_lives_as_long_as_the_connection) {
    const auto shared = std::make_shared<int>(7);
    open();
    served().data() = shared;
    EXPECT_EQ(shared.use_count(), 2);
    ASSERT_NE(served().data_as<std::shared_ptr<int>>(), nullptr);
    EXPECT_EQ(**served().data_as<std::shared_ptr<int>>(), 7);
    EXPECT_EQ(served().data_as<int>(), nullptr);
    EXPECT_FALSE(outbound().data().has_value());
    outbound().close();
    driver.settle();
    EXPECT_EQ(shared.use_count(), 1);
}

TEST_F(handlers_test, a_pause_holds_messages_back_in_their_order) {
    open();
    served().pause();
    EXPECT_TRUE(served().paused());
    for (const char* each : {"a", "b", "c"}) outbound().send(each);
    driver.settle();
    EXPECT_FALSE(at_server.logged("message a"));
    EXPECT_FALSE(driver.waiting());
    served().resume();
    driver.settle();
    EXPECT_EQ(at_server.log, (std::vector<std::string>{"validate", "open", "message a",
                                                       "message b", "message c"}));
}

TEST_F(handlers_test, a_pause_in_a_handler_holds_back_what_was_read_already) {
    at_server.on["message"] = [](connection* c) { c->pause(); };
    open();
    for (const char* each : {"a", "b", "c"}) outbound().send(each);
    driver.settle();
    EXPECT_TRUE(at_server.logged("message a"));
    EXPECT_FALSE(at_server.logged("message b"));
    served().resume();
    driver.settle();
    EXPECT_TRUE(at_server.logged("message b"));
    EXPECT_FALSE(at_server.logged("message c"));
    at_server.on["message"] = [](connection* c) {
        c->pause();
        c->resume();
    };
    served().resume();
    driver.settle();
    EXPECT_TRUE(at_server.logged("message c"));
}

TEST_F(handlers_test, a_close_frame_that_waits_behind_a_pause_answers_our_close) {
    at_server.on["message"] = [](connection* c) { c->pause(); };
    open();
    outbound().send("a");
    outbound().send("b");
    outbound().close();
    driver.settle();
    ASSERT_EQ(at_server.ends, 0);
    served().close(close_code::going_away);
    driver.settle();
    EXPECT_EQ(at_server.ends, 1);
    EXPECT_TRUE(at_server.end->clean());
    EXPECT_FALSE(at_server.logged("message b")); // what waited is dropped
    expect_all_over();
}

// --- exceptions

class throwing_test : public connection_fixture, public ::testing::WithParamInterface<const char*> {
public:
    void throw_from(listener& where, const std::string& which) {
        where.on[which] = [&where, which](connection*) {
            where.on.erase(which);
            throw std::runtime_error(which);
        };
        driver.on_error([this](std::exception_ptr what) {
            try {
                std::rethrow_exception(what);
            } catch (const std::runtime_error& thrown) {
                errors.emplace_back(thrown.what());
            }
        });
    }

    std::vector<std::string> errors;
};

TEST_P(throwing_test, closes_with_1011_and_goes_to_on_error) {
    const std::string which = GetParam();
    throw_from(at_server, which);
    capacity = 1000;
    server->route("/", at_server.all());
    link();
    driver.settle();
    if (at_client.opens != 0 && at_client.ends == 0) {
        outbound().send("m");
        outbound().ping();
        outbound().pong();
        driver.settle();
    }
    if (which == "writable" && at_server.ends == 0) {
        EXPECT_EQ(served().send(std::string(20000, 'x')), send_result::backed_up);
        driver.settle();
    }
    if (at_client.ends == 0) outbound().close();
    driver.settle();
    EXPECT_EQ(errors, std::vector<std::string>{which});
    EXPECT_EQ(at_server.ends, 1);
    EXPECT_EQ(at_client.ends, 1);
    if (which == "validate") {
        EXPECT_EQ(at_client.end->http_status, 500);
        EXPECT_EQ(at_server.end->error, errc::handler_threw);
        EXPECT_TRUE(at_server.logged("fail"));
    } else if (which != "close") {
        EXPECT_EQ(at_client.end->received->code, close_code::internal_error);
        EXPECT_EQ(at_server.end->error, errc::handler_threw);
        EXPECT_TRUE(at_server.logged("close"));
    }
    expect_all_over();
}

INSTANTIATE_TEST_SUITE_P(from, throwing_test,
                         ::testing::Values("validate", "open", "message", "writable", "ping",
                                           "pong", "close"),
                         [](const auto& each) { return std::string(each.param); });

using throwing_more_test = throwing_test;

TEST_F(throwing_more_test, from_fail) {
    throw_from(at_client, "fail");
    link("ws://example.org/nowhere");
    driver.settle();
    EXPECT_EQ(errors, std::vector<std::string>{"fail"});
    expect_all_over();
}

TEST_F(throwing_more_test, from_http) {
    throw_from(at_server, "http");
    server->route("/", at_server.all_and_http());
    auto peer = visit();
    peer.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    driver.settle();
    EXPECT_EQ(errors, std::vector<std::string>{"http"});
    EXPECT_TRUE(peer.text().starts_with("HTTP/1.1 500 ")) << peer.text();
    EXPECT_EQ(at_server.end->error, errc::handler_threw);
    expect_all_over();
}

TEST_F(throwing_more_test, behind_an_own_accept_it_never_opened) {
    at_server.on["validate"] = [](connection* c) {
        ASSERT_TRUE(c->accept());
        throw std::runtime_error("late");
    };
    driver.on_error([](std::exception_ptr) {});
    server->route("/", at_server.all());
    link();
    driver.settle();
    EXPECT_EQ(at_server.log, (std::vector<std::string>{"validate", "fail"}));
    EXPECT_EQ(at_client.end->received->code, close_code::internal_error);
    expect_all_over();
}

TEST_F(throwing_more_test, without_on_error_the_report_carries_it) {
    at_server.on["open"] = [](connection*) { throw std::runtime_error("a bad\nday"); };
    server->route("/", at_server.all());
    link();
    ::testing::internal::CaptureStderr();
    driver.settle();
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
    ASSERT_TRUE(at_server.end && at_client.end);
    EXPECT_EQ(at_client.end->received->code, close_code::internal_error);
    EXPECT_EQ(at_client.end->received->reason, ""); // which is not for the peer
    EXPECT_THROW(std::rethrow_exception(at_server.end->exception), std::runtime_error);
    EXPECT_NE(to_string(*at_server.end).find("a handler threw an exception (a bad?day)"),
              std::string::npos)
        << *at_server.end;
    expect_all_over();
}

TEST_F(throwing_more_test, an_exception_that_no_report_tells_is_printed) {
    server->route("/", {.open = [](connection&) { throw std::runtime_error("no close"); }});
    link();
    ::testing::internal::CaptureStderr();
    driver.settle();
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "weft: a handler threw an exception: no close\n");
    at_client.on["fail"] = [](connection*) { throw 7; };
    link("ws://example.org/nowhere");
    ::testing::internal::CaptureStderr();
    driver.settle();
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "weft: a handler threw an exception\n");
    expect_all_over();
}

// --- interrupt

/// A driver that can be woken, as an event loop can.
class woken_driver final : public weft::driver {
public:
    ~woken_driver() override { close(); }
    void wake() {
        const turn here(*this, {});
        interrupt_observers();
    }
    void advance() {
        const turn here(*this, {});
        run_work();
    }
    time_point read_clock() const noexcept override { return {}; }
    random_source& random() noexcept override { return random_; }
    void post_arrived() noexcept override {}

private:
    device_random random_;
};

TEST(interrupt_test, once_for_each_route_and_each_outbound_connection) {
    woken_driver driver;
    listener at_server;
    listener at_client;
    auto server = std::make_unique<stream_endpoint>(driver);
    server->route("/a", at_server.all());
    server->route("/b", at_server.all());
    stream_endpoint client(driver);
    auto [a, b] = memory_pipe(driver, driver);
    client.connect(std::move(a), *uri::parse("ws://x/"), at_client.all());
    driver.wake();
    EXPECT_EQ(at_server.count("interrupt"), 2U);
    EXPECT_EQ(at_client.count("interrupt"), 1U);
    at_server.on["interrupt"] = [&](connection*) { server.reset(); };
    driver.wake();
    EXPECT_EQ(at_server.count("interrupt"), 3U);
    EXPECT_EQ(at_client.count("interrupt"), 2U);
}

} // namespace
} // namespace weft::testing
