// SPDX-License-Identifier: MIT
// What every test of the endpoints begins with: one way to drive a loop, a server and a client on
// it, and at the end as many open descriptors as at the beginning.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include <weft/core/error.hpp>
#include <weft/weft.hpp>

#include "support/descriptors.hpp"

#include "endpoint/way.hpp"

namespace weft::testing {

/// One handler's record of how a connection ended.
struct ending {
    int opened = 0;
    int closed = 0;
    int failed = 0;
    report why;

    [[nodiscard]] bool ended() const { return closed + failed != 0; }

    /// Handlers that fill this in.
    handlers observe(handlers more = {}) {
        more.open = [this, next = std::move(more.open)](connection& peer) mutable {
            ++opened;
            if (next) next(peer);
        };
        more.close = [this, next = std::move(more.close)](connection& peer,
                                                          const report& end) mutable {
            ++closed;
            why = end;
            if (next) next(peer, end);
        };
        more.fail = [this, next = std::move(more.fail)](const report& end) mutable {
            ++failed;
            why = end;
            if (next) next(end);
        };
        return more;
    }
};

class endpoint : public ::testing::TestWithParam<const way_registration*> {
protected:
    void SetUp() override {
        descriptors_before_ = open_descriptors();
        way_ = GetParam()->make();
        server_.emplace(loop());
        client_.emplace(loop());
    }

    void TearDown() override {
        client_.reset();
        server_.reset();
        way_.reset();
        EXPECT_EQ(open_descriptors(), descriptors_before_) << "descriptors leaked";
    }

    [[nodiscard]] event_loop& loop() { return way_->loop(); }

    bool run_until(const std::function<bool()>& holds) { return way_->run_until(holds); }

    /// Echoes at /echo, on a port that the system chose.
    void serve_echo(connection_options options = {}) {
        server_->route("/echo",
                       served_.observe({.message = [](connection& peer,
                                                    message m) { peer.send(m); }}),
                       {options, {}});
        listen();
    }

    void listen() {
        const auto bound = server_->listen("127.0.0.1", 0);
        ASSERT_TRUE(bound) << bound.error().message();
        port_ = bound->port();
    }

    [[nodiscard]] std::string url(std::string_view path = "/echo") const {
        return "ws://127.0.0.1:" + std::to_string(port_) + std::string(path);
    }

    /// Connects, and returns how that failed.
    report failure_of(const std::string& target, connect_options options = {}) {
        ending outbound;
        client_->connect(target, outbound.observe(), std::move(options));
        EXPECT_FALSE(outbound.ended()) << "reported from inside the call";
        EXPECT_TRUE(
            run_until([&] { return outbound.ended() && client_->connection_count() == 0; }));
        EXPECT_EQ(outbound.failed, 1);
        EXPECT_EQ(outbound.closed, 0);
        EXPECT_EQ(outbound.opened, 0);
        return outbound.why;
    }

    /// Says one thing to an echo and hears it.
    void expect_echo(const std::string& target, connect_options options = {}) {
        ending outbound;
        std::string received;
        client_->connect(target,
                         outbound.observe({.open = [](connection& peer) { peer.send("hello"); },
                                           .message =
                                               [&](connection& peer, message m) {
                                                   received = m.text();
                                                   peer.close();
                                               }}),
                         std::move(options));
        EXPECT_TRUE(run_until([&] { return outbound.ended(); })) << target;
        EXPECT_EQ(received, "hello") << target << ": " << outbound.why;
        EXPECT_TRUE(outbound.why.clean()) << outbound.why;
    }

    std::unique_ptr<way> way_;
    std::optional<server> server_;
    std::optional<client> client_;
    ending served_; // of the last connection at /echo
    std::uint16_t port_ = 0;

private:
    std::ptrdiff_t descriptors_before_ = 0;
};

/// Runs the suite in every way.
#define WEFT_IN_EVERY_WAY(suite)                                                                   \
    INSTANTIATE_TEST_SUITE_P(, suite, ::testing::ValuesIn(way_registration::all()),                \
                             [](const auto& instance) { return instance.param->name; })

} // namespace weft::testing
