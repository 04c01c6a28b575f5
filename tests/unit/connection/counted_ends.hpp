// SPDX-License-Identifier: MIT
// A server and a client with a neighbour beside them, whose handlers need no memory: what happens
// is counted, and at the end the counts must be in order. And peers that speak no protocol.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/core/error.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>
#include <weft/stream/stream.hpp>

#include "support/out_of_memory.hpp"

namespace weft::testing {

using namespace std::chrono_literals;

/// The calls of handlers of some connections.
struct end_counts {
    int begun = 0; ///< connections that somebody was given
    int opens = 0;
    int messages = 0;
    int writables = 0;
    int pings = 0;
    int pongs = 0;
    int closes = 0;
    int fails = 0;
    int requests = 0;
    std::size_t bytes = 0;
    int short_of_memory = 0; ///< ends for want of it
    connection* last = nullptr;
};

/// A service and a client on one driver, and an open pair of connections beside what is tested.
class ends {
public:
    manual_driver driver;
    end_counts at_server;
    end_counts at_client;
    end_counts beside;
    std::size_t capacity = 64 * 1024;
    std::unique_ptr<stream_endpoint> server = std::make_unique<stream_endpoint>(driver);
    std::unique_ptr<stream_endpoint> client = std::make_unique<stream_endpoint>(driver);
    function<void(connection&)> on_open;             ///< at the client
    function<void(connection&, message)> on_message; ///< at the client
    function<void(const report&)> on_close_at_server;

    ends() {
        server->route("/", all(at_server, true));
        server->route("/chat", all(at_server, true));
        connect_options patient; // so that the neighbour itself needs nothing when time passes
        patient.connection.timeouts.ping_interval = {};
        patient.connection.keep_handshake = true; // so that its path can be read
        server->route("/beside", all(beside, true),
                      {.connection = patient.connection, .subprotocol = {}});
        server->on_fail([this](const report& why) { failed(at_server, why); });
        auto [a, b] = memory_pipe(driver, driver);
        server->serve(std::move(a));
        client->connect(std::move(b), at("/beside"),
                        {
                            .open = [this](connection& c) { neighbour_ = &c; },
                            .message = [this](connection&, message m) { answer_ += m.size(); },
                        },
                        patient);
        driver.settle();
    }

    static uri at(std::string_view path) {
        return *uri::parse("ws://example.org" + std::string(path));
    }

    /// Connects a client with the server. Calls may throw.
    void link(connect_options options = {}, std::string_view path = "/") {
        auto [a, b] = memory_pipe(driver, driver, capacity);
        server->serve(std::move(a));
        ++at_server.begun;
        connect(std::move(b), std::move(options), path);
    }

    void connect(std::unique_ptr<stream> over, connect_options options = {},
                 std::string_view path = "/") {
        client->connect(std::move(over), at(path), all(at_client, false), std::move(options));
        ++at_client.begun;
    }

    /// Linked, and open at both ends.
    void open(const connection_options& both = {}) {
        server->route("/open", all(at_server, true), {.connection = both, .subprotocol = {}});
        connect_options options;
        options.connection = both;
        link(std::move(options), "/open");
        driver.settle();
        ASSERT_EQ(at_server.opens, at_server.begun);
        ASSERT_EQ(at_client.opens, at_client.begun);
    }

    void pass(duration time) {
        driver.advance(driver.now() + time);
        driver.settle();
    }

    handlers all(end_counts& here, bool echoes) {
        return {
            .open =
                [this, &here](connection& c) {
                    ++here.opens;
                    here.last = &c;
                    if (&here == &at_client && on_open) on_open(c);
                },
            .message =
                [this, &here, echoes](connection& c, message m) {
                    ++here.messages;
                    here.bytes += m.size();
                    if (echoes) c.send(m);
                    if (&here == &at_client && on_message) on_message(c, m);
                },
            .writable = [&here](connection&) { ++here.writables; },
            .ping = [&here](connection&, std::span<const std::byte>) { ++here.pings; },
            .pong = [&here](connection&, std::span<const std::byte>) { ++here.pongs; },
            .close =
                [this, &here](connection&, const report& why) {
                    ++here.closes;
                    if (&here == &at_server && on_close_at_server) on_close_at_server(why);
                    here.last = nullptr;
                    count(here, why);
                },
            .fail = [&here](const report& why) { failed(here, why); },
        };
    }

    /// With memory again: the neighbour is unharmed, everything ends, each end reported once.
    void expect_order() {
        ASSERT_EQ(beside.opens, 1);
        ASSERT_EQ(beside.closes, 0);
        ASSERT_NE(neighbour_, nullptr);
        neighbour_->send("are you still there?");
        driver.settle();
        EXPECT_EQ(answer_, 20U);
        int done = 0;
        server->shutdown(10s, [&] { ++done; });
        client->shutdown(10s, [&] { ++done; });
        driver.settle();
        pass(11s);
        EXPECT_EQ(done, 2);
        EXPECT_EQ(server->connection_count() + client->connection_count(), 0U);
        expect_each_end_once(at_server);
        expect_each_end_once(at_client);
        EXPECT_EQ(beside.closes, 1);
        server.reset();
        client.reset();
        EXPECT_EQ(driver.next_deadline(), never);
    }

    /// Whether an end says that there was no memory.
    [[nodiscard]] bool said_so() const noexcept {
        return at_server.short_of_memory + at_client.short_of_memory != 0;
    }

private:
    static void count(end_counts& here, const report& why) {
        if (why.error == std::errc::not_enough_memory) ++here.short_of_memory;
    }
    static void failed(end_counts& here, const report& why) {
        ++here.fails;
        count(here, why);
    }

    /// A plain request ends without a handler.
    static void expect_each_end_once(const end_counts& here) {
        EXPECT_EQ(here.closes, here.opens);
        EXPECT_EQ(here.closes + here.fails + here.requests, here.begun);
    }

    connection* neighbour_ = nullptr;
    std::size_t answer_ = 0;
};

/// A peer without a protocol: it sends what the test gives it, and counts what it receives.
class mute_peer final : public stream_events {
public:
    explicit mute_peer(std::unique_ptr<memory_stream> end) : end_(std::move(end)) {
        end_->start(*this);
    }
    void say(std::string_view words) {
        const auto bytes = std::as_bytes(std::span(words));
        static_cast<void>(end_->write(std::span(&bytes, 1)));
    }
    void leave() noexcept { end_->close(); }
    void listen(bool willing) noexcept {
        willing_ = willing;
        if (willing) end_->resume();
    }

private:
    bool wants_bytes() noexcept override { return willing_; }
    void on_receive(std::span<std::byte>) override {}
    void on_eof() override { end_->close(); }
    void on_writable() override {}
    void on_error(std::error_code) override {}

    std::unique_ptr<memory_stream> end_;
    bool willing_ = true;
};

/// A client by hand that the server serves.
inline mute_peer mute_client_of(ends& here) {
    auto [a, b] = memory_pipe(here.driver, here.driver, here.capacity);
    here.server->serve(std::move(a));
    ++here.at_server.begun;
    return mute_peer(std::move(b));
}

/// A server by hand that the client connects to.
inline mute_peer mute_server_of(ends& here) {
    auto [a, b] = memory_pipe(here.driver, here.driver, here.capacity);
    here.connect(std::move(a));
    return mute_peer(std::move(b));
}

inline const std::string long_text(300, 'x');

} // namespace weft::testing
