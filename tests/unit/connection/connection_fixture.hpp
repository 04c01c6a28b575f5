// SPDX-License-Identifier: MIT
// A server and a client on one manual driver, joined by memory pipes: no loop, no socket, no clock.
#pragma once

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/core/error.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>

#include "listener.hpp"
#include "raw_peer.hpp"

namespace weft::testing {

using namespace std::chrono_literals;

class connection_fixture : public ::testing::Test {
public:
    manual_driver driver;
    listener at_server;
    listener at_client;
    std::optional<stream_endpoint> server{driver};
    std::optional<stream_endpoint> client{driver};
    std::size_t capacity = 64 * 1024;
    memory_stream* server_end = nullptr;
    memory_stream* client_end = nullptr;

    /// What waits for its `done` may call a test's own members.
    void TearDown() override {
        server.reset();
        client.reset();
    }

    /// Serves, and connects to `target`, over a new pipe; settles nothing.
    connection& link(const std::string& target = "ws://example.org/",
                     connect_options options = {}) {
        auto [a, b] = memory_pipe(driver, driver, capacity);
        server_end = a.get();
        client_end = b.get();
        server->serve(std::move(a));
        return client->connect(std::move(b), *uri::parse(target), at_client.all(),
                               std::move(options));
    }

    /// A linked pair, with the server's listener at the root, that is open.
    void open(const connection_options& both = {}) {
        server->route("/", at_server.all(), {.connection = both, .subprotocol = {}});
        connect_options options;
        options.connection = both;
        link("ws://example.org/", std::move(options));
        driver.settle();
        ASSERT_EQ(at_server.opens, 1);
        ASSERT_EQ(at_client.opens, 1);
    }

    /// A peer by hand that is connected to the server.
    raw_peer visit() {
        auto [a, b] = memory_pipe(driver, driver, capacity);
        server_end = a.get();
        server->serve(std::move(a));
        return raw_peer(std::move(b));
    }

    /// A client that is connected to a peer by hand.
    raw_peer connect_raw(connect_options options = {}) {
        auto [a, b] = memory_pipe(driver, driver, capacity);
        client_end = a.get();
        client->connect(std::move(a), *uri::parse("ws://example.org/"), at_client.all(),
                        std::move(options));
        return raw_peer(std::move(b));
    }

    connection& served() { return *at_server.last; }
    connection& outbound() { return *at_client.last; }

    void pass(duration time) {
        driver.advance(driver.now() + time);
        driver.settle();
    }

    /// Every connection is gone, and each end was reported once.
    void expect_all_over() {
        EXPECT_EQ(server->connection_count(), 0U);
        EXPECT_EQ(client->connection_count(), 0U);
        EXPECT_EQ(driver.next_deadline(), never);
    }
};

} // namespace weft::testing
