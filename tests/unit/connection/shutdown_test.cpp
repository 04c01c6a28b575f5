// SPDX-License-Identifier: MIT
// Shutting a service down in every state, stopping it, and hearing when that is done.
#include <functional>
#include <stdexcept>

#include "connection_fixture.hpp"

namespace weft::testing {
namespace {

class shutdown_test : public connection_fixture {
public:
    int done = 0;

    void shut_down(std::optional<stream_endpoint>& which, duration within = 10s) {
        which->shutdown(within, [this] { ++done; });
    }
};

TEST_F(shutdown_test, with_nothing_open) {
    shut_down(server);
    EXPECT_EQ(done, 0); // never from inside the call
    driver.settle();
    EXPECT_EQ(done, 1);
    pass(60s);
    EXPECT_EQ(done, 1);
    expect_all_over();
}

TEST_F(shutdown_test, of_open_connections) {
    open();
    link();
    driver.settle();
    shut_down(server);
    driver.settle();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(at_client.ends, 2);
    EXPECT_EQ(at_client.end->received->code, close_code::going_away);
    EXPECT_TRUE(at_server.end->clean());
    EXPECT_EQ(at_server.end->began, side::local);
    expect_all_over();
}

TEST_F(shutdown_test, of_clients) {
    open();
    shut_down(client);
    driver.settle();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(at_server.end->received->code, close_code::going_away);
    expect_all_over();
}

TEST_F(shutdown_test, of_handshakes) {
    at_server.on["validate"] = [](connection* c) { c->defer(); };
    server->route("/chat", at_server.all());
    auto decided_later = visit();
    decided_later.write(canned_request());
    auto halfway = visit();
    halfway.write("GET / HTTP/1.1\r\n");
    auto silent = visit();
    driver.settle();
    shut_down(server);
    driver.settle();
    EXPECT_EQ(done, 1);
    for (const auto* each : {&decided_later, &halfway, &silent}) {
        EXPECT_TRUE(each->text().starts_with("HTTP/1.1 503 ")) << each->text();
    }
    EXPECT_EQ(at_server.end->error, errc::shut_down);
    EXPECT_EQ(at_server.end->http_status, 503);
    expect_all_over();
}

TEST_F(shutdown_test, of_a_client_that_connects) {
    auto silent = connect_raw();
    bool cancelled = false;
    auto& c = client->begin_connect(*uri::parse("ws://x/"), at_client.all(), {});
    client->pending(c).begin_phase(phase::resolve, [&] { cancelled = true; });
    shut_down(client);
    EXPECT_TRUE(cancelled);
    driver.settle();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(at_client.ends, 2);
    EXPECT_EQ(at_client.end->error, errc::shut_down);
    EXPECT_EQ(at_client.end->phase, phase::resolve);
    expect_all_over();
}

TEST_F(shutdown_test, with_a_peer_that_never_answers) {
    server->route("/chat", at_server.all());
    auto peer = visit();
    peer.answers_eof = false;
    peer.write(canned_request());
    driver.settle();
    shut_down(server, 2s);
    pass(2s - 1us);
    EXPECT_EQ(done, 0);
    pass(1us);
    EXPECT_EQ(done, 1);
    EXPECT_EQ(at_server.ends, 1);
    EXPECT_EQ(at_server.end->error, errc::shut_down);
    EXPECT_EQ(at_server.end->code(), close_code::going_away);
    expect_all_over();
}

TEST_F(shutdown_test, of_closing_and_lingering_connections) {
    server->route("/chat", at_server.all());
    server->route("/page", {.http = [](connection& c) { c.respond({200, {}, "x"}); }});
    auto closing = visit();
    closing.answers_eof = false;
    closing.write(canned_request());
    driver.settle();
    served().close();
    auto lingering = visit();
    lingering.answers_eof = false;
    lingering.write(canned_request() + to_text(frame_builder(role::client).close(1000)));
    auto answered = visit();
    answered.answers_eof = false;
    answered.write("GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    driver.settle();
    EXPECT_EQ(at_server.ends, 1);
    shut_down(server, 1s);
    driver.settle();
    EXPECT_EQ(done, 0);
    pass(1s);
    EXPECT_EQ(done, 1);
    EXPECT_EQ(at_server.ends, 2);
    EXPECT_EQ(at_server.end->error, errc::shut_down);
    expect_all_over();
}

TEST_F(shutdown_test, of_a_paused_connection) {
    open();
    served().pause();
    driver.settle();
    shut_down(server);
    driver.settle();
    EXPECT_EQ(done, 1);
    EXPECT_TRUE(at_server.end->clean());
}

TEST_F(shutdown_test, twice_moves_the_deadline_and_calls_both) {
    server->route("/chat", at_server.all());
    auto peer = visit();
    peer.answers_eof = false;
    peer.write(canned_request());
    driver.settle();
    shut_down(server, 100s);
    int second = 0;
    server->shutdown(1s, [&] { ++second; });
    pass(1s);
    EXPECT_EQ(done, 1);
    EXPECT_EQ(second, 1);
    expect_all_over();
    shut_down(server);
    driver.settle();
    EXPECT_EQ(done, 2);
}

TEST_F(shutdown_test, one_function_that_throws_keeps_none_from_its_call) {
    int errors = 0;
    driver.on_error([&](std::exception_ptr) { ++errors; });
    server->shutdown(duration::zero(), [] { throw std::runtime_error("done"); });
    shut_down(server);
    server->shutdown(duration::zero());
    driver.settle();
    EXPECT_EQ(errors, 1);
    EXPECT_EQ(done, 1);
}

TEST_F(shutdown_test, who_comes_during_it_is_refused_at_once) {
    server->route("/chat", at_server.all());
    auto slow = visit();
    slow.answers_eof = false;
    slow.write(canned_request());
    driver.settle();
    shut_down(server, 100s);
    shut_down(client, 100s);
    auto late = visit();
    link();
    driver.settle();
    EXPECT_TRUE(late.text().starts_with("HTTP/1.1 503 "));
    EXPECT_EQ(at_client.end->error, errc::shut_down);
    EXPECT_EQ(server->connection_count(), 1U);
    EXPECT_EQ(done, 1); // the client's
}

TEST_F(shutdown_test, who_dials_again_from_fail_does_not_prolong_it) {
    int dials = 0;
    const std::function<void()> connect = [&] {
        ++dials;
        auto& outbound = client->begin_connect(*uri::parse("ws://example.org/"),
                                               {.fail = [&](const report&) { connect(); }}, {});
        client->pending(outbound).begin_phase(phase::connect, [] {});
    };
    connect();
    shut_down(client, 1s);
    driver.settle();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(dials, 2);
    pass(1s);
    EXPECT_EQ(done, 1);
    EXPECT_EQ(client->connection_count(), 1U) << "begun later, it goes on";
    client.reset();
}

TEST_F(shutdown_test, a_service_serves_again_afterwards) {
    shut_down(server);
    driver.settle();
    open();
}

TEST_F(shutdown_test, destroying_the_service_calls_done_and_nothing_else) {
    open();
    shut_down(server);
    server.reset();
    EXPECT_EQ(done, 1);
    driver.settle();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(at_server.ends, 0);
    EXPECT_EQ(at_client.ends, 1);
}

TEST_F(shutdown_test, done_destroys_the_service) {
    open();
    server->shutdown(1s, [this] {
        ++done;
        server.reset();
    });
    driver.settle();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(at_server.ends, 1);
}

TEST_F(shutdown_test, destroying_the_service_in_done_calls_the_others_before_it_returns) {
    int others = 0;
    server->shutdown(duration::zero(), [&] {
        server.reset();
        EXPECT_EQ(others, 1);
    });
    server->shutdown(duration::zero(), [&] { ++others; });
    driver.settle();
    EXPECT_EQ(others, 1);
}

TEST_F(shutdown_test, done_makes_turns_and_shuts_down_again) {
    server->shutdown(1s, [this] {
        ++done;
        driver.settle();
        shut_down(server);
        driver.settle();
    });
    driver.settle();
    EXPECT_EQ(done, 2);
}

TEST_F(shutdown_test, stop_aborts_all) {
    open();
    auto handshake = visit();
    server->stop();
    EXPECT_EQ(at_server.ends, 0);
    driver.settle();
    EXPECT_EQ(at_server.ends, 1);
    EXPECT_EQ(at_server.end->error, errc::aborted);
    EXPECT_EQ(at_client.end->error, errc::unexpected_eof);
    EXPECT_TRUE(handshake.eof);
    expect_all_over();
    link();
    driver.settle();
    EXPECT_EQ(at_server.opens, 2); // and serves on
}

TEST_F(shutdown_test, stop_ends_lingering_connections) {
    server->route("/chat", at_server.all());
    auto peer = visit();
    peer.answers_eof = false;
    peer.write(canned_request() + to_text(frame_builder(role::client).close(1000)));
    driver.settle();
    ASSERT_EQ(at_server.ends, 1);
    ASSERT_EQ(server->connection_count(), 1U);
    server->stop();
    driver.settle();
    EXPECT_EQ(at_server.ends, 1);
    expect_all_over();
}

TEST_F(shutdown_test, stop_ends_a_shutdown) {
    server->route("/chat", at_server.all());
    auto peer = visit();
    peer.answers_eof = false;
    peer.write(canned_request());
    driver.settle();
    shut_down(server, 100s);
    driver.settle();
    server->stop();
    driver.settle();
    EXPECT_EQ(done, 1);
    expect_all_over();
}

TEST_F(shutdown_test, services_move) {
    open();
    stream_endpoint moved(std::move(*server));
    EXPECT_EQ(moved.connection_count(), 1U);
    server.reset();
    driver.settle();
    EXPECT_EQ(at_server.ends, 0);
    *client = std::move(moved);
    outbound().close();
    driver.settle();
    EXPECT_EQ(at_server.ends, 1);
}

} // namespace
} // namespace weft::testing
