// SPDX-License-Identifier: MIT
// Anything may be ended from any handler: every handler, in both roles, with every way to end
// something. Whatever happens, each connection ends once and nothing is left.
#include <stdexcept>
#include <utility>

#include "connection_fixture.hpp"

namespace weft::testing {
namespace {

struct matrix_case {
    role where;
    const char* handler;
    const char* action;
};

class matrix_test : public connection_fixture, public ::testing::WithParamInterface<matrix_case> {
public:
    int served_count = 0;
    int outbound_count = 0;
    int plain_requests = 0;
    int shutdowns = 0;
    int done = 0;
    bool server_destroyed = false;
    bool client_destroyed = false;
    std::size_t logged_by_then = 0;

    listener& ours() { return GetParam().where == role::server ? at_server : at_client; }

    void destroy(role which) {
        if (which == role::server) {
            server_destroyed = true;
            server.reset();
            logged_by_then = at_server.log.size();
        } else {
            client_destroyed = true;
            client.reset();
            logged_by_then = at_client.log.size();
        }
    }

    void shut_down(std::optional<stream_endpoint>& which, duration within) {
        if (!which) return;
        ++shutdowns;
        which->shutdown(within, [this] { ++done; });
    }

    void act(connection* c) {
        const std::string action = GetParam().action;
        const bool is_server = GetParam().where == role::server;
        auto& own = is_server ? server : client;
        auto& other = is_server ? client : server;
        const auto own_role = GetParam().where;
        const auto other_role = is_server ? role::client : role::server;
        if (action == "close" && c) c->close(close_code::going_away);
        if (action == "abort" && c) c->abort();
        if (action == "pause" && c) c->pause();
        if (action == "accept" && c) c->accept();
        if (action == "reject" && c) c->reject(403);
        if (action == "respond" && c) c->respond({200, {}, "early"});
        if (action == "throw") throw std::runtime_error("thrown");
        if (action == "destroy_own") destroy(own_role);
        if (action == "destroy_other") destroy(other_role);
        if (action == "destroy_both") {
            destroy(other_role);
            destroy(own_role);
        }
        if (action == "shutdown_own") shut_down(own, 10s);
        if (action == "shutdown_other") shut_down(other, 10s);
        if (action == "shutdown_at_once") shut_down(own, 0s);
        if (action == "shutdown_destroy") {
            shut_down(own, 10s);
            destroy(own_role);
        }
        if (action == "stop_own") own->stop();
        if (action == "stop_other" && other) other->stop();
        if (action == "turn_destroy") {
            driver.settle();
            destroy(own_role);
        }
        if (action == "destroy_turn") {
            destroy(own_role);
            driver.settle();
        }
        if (action == "abort_turn") {
            own->for_each([](connection& each) { each.abort(); });
            driver.settle();
            driver.advance(driver.now() + 60s);
        }
        if (action == "close_turn") {
            own->for_each([](connection& each) { each.close(); });
            driver.settle();
            driver.advance(driver.now() + 60s);
        }
    }

    void join(const std::string& target) {
        auto [a, b] = memory_pipe(driver, driver, capacity);
        if (server) {
            ++served_count;
            server->serve(std::move(a));
        }
        if (client) {
            ++outbound_count;
            client->connect(std::move(b), *uri::parse(target), at_client.all());
        }
        a.reset();
        b.reset();
        driver.settle();
    }

    /// Calls every handler of both sides, as far as they still exist.
    void play() {
        const auto speak = [](connection& c) {
            c.send("1");
            c.ping("p");
            c.send("2");
            c.send(std::string(50000, 'x'));
            c.send_part("3", false);
            c.send_part("3", true);
        };
        join("ws://x/");
        join("ws://x/");
        const auto at_one_end = at_client.handle;
        const auto at_other_end = at_server.handle;
        at_one_end.with(speak);
        at_other_end.with(speak);
        driver.settle();
        join("ws://x/nowhere");
        if (server) {
            auto peer = visit();
            ++served_count;
            ++plain_requests;
            peer.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            driver.settle();
        }
        at_one_end.close();
        driver.settle();
        at_server.handle.close();
        at_other_end.close();
        for (int i = 0; i < 20; ++i) pass(30s);
        if (server) server->for_each([](connection& c) { c.abort(); });
        if (client) client->for_each([](connection& c) { c.abort(); });
        for (int i = 0; i < 20; ++i) pass(30s);
    }

    void expect_each_ended_once() {
        if (!server_destroyed) {
            EXPECT_EQ(at_server.count("close"), static_cast<std::size_t>(at_server.opens));
            EXPECT_LE(at_server.ends, served_count);
            EXPECT_GE(at_server.ends, served_count - plain_requests);
            EXPECT_EQ(server->connection_count(), 0U);
        }
        if (!client_destroyed) {
            EXPECT_EQ(at_client.count("close"), static_cast<std::size_t>(at_client.opens));
            EXPECT_EQ(at_client.ends, outbound_count);
            EXPECT_EQ(client->connection_count(), 0U);
        }
        if (server_destroyed && client_destroyed) return;
        const auto& silent = server_destroyed ? at_server : at_client;
        if (server_destroyed || client_destroyed) {
            EXPECT_EQ(silent.log.size(), logged_by_then);
        }
    }
};

TEST_P(matrix_test, each_ends_once_and_nothing_is_left) {
    const std::string which = GetParam().handler;
    bool called = false;
    ours().on[which] = [&](connection* c) {
        if (std::exchange(called, true)) return;
        act(c);
    };
    capacity = 40000;
    driver.on_error([](std::exception_ptr) {});
    server->route("/", at_server.all_and_http());
    server->on_fail(at_server.all().fail);
    play();
    EXPECT_TRUE(called);
    EXPECT_EQ(done, shutdowns);
    expect_each_ended_once();
    EXPECT_FALSE(driver.waiting());
    EXPECT_EQ(driver.next_deadline(), never);
}

std::vector<matrix_case> all_cases() {
    std::vector<matrix_case> cases;
    for (const char* action :
         {"close", "abort", "pause", "accept", "reject", "respond", "throw", "destroy_own",
          "destroy_other", "destroy_both", "shutdown_own", "shutdown_other", "shutdown_at_once",
          "shutdown_destroy", "stop_own", "stop_other", "turn_destroy", "destroy_turn",
          "abort_turn", "close_turn"}) {
        for (const char* each : {"validate", "open", "message", "writable", "ping", "pong",
                                 "close", "fail", "http"}) {
            cases.push_back({role::server, each, action});
        }
        for (const char* each :
             {"open", "message", "writable", "ping", "pong", "close", "fail"}) {
            cases.push_back({role::client, each, action});
        }
    }
    return cases;
}

std::string case_name(const ::testing::TestParamInfo<matrix_case>& each) {
    return std::string(each.param.where == role::server ? "server_" : "client_") +
           each.param.handler + "_" + each.param.action;
}

INSTANTIATE_TEST_SUITE_P(from, matrix_test, ::testing::ValuesIn(all_cases()), case_name);

} // namespace
} // namespace weft::testing
