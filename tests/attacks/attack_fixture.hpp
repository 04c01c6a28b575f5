// SPDX-License-Identifier: MIT
// What every attack is measured by: an honest client on the same loop whose echo goes on all the
// time, the memory that is held, and how the attacked connections ended.
#pragma once

#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "attacks/attacker.hpp"
#include "support/allocations.hpp"
#include "endpoint/endpoint_fixture.hpp"

namespace weft::testing {

using namespace std::chrono_literals;

/// A server and an honest client, on a loop that is driven in small turns beside the attackers.
class attack : public ::testing::Test {
protected:
    /// So many turns the honest client may wait for its echo.
    static constexpr std::size_t patience_in_turns = 64;

    void SetUp() override {
        descriptors_before_ = open_descriptors();
        loop_.emplace();
        server_.emplace(*loop_);
        client_.emplace(*loop_);
        server_->route("/honest", {.message = [](connection& to, message m) { to.send(m); }});
        server_->on_fail([this](const report& why) { failures_.push_back(why); });
        const auto bound = server_->listen("127.0.0.1", 0);
        ASSERT_TRUE(bound) << bound.error().message();
        port_ = bound->port();
        begin_honest_client();
        ASSERT_TRUE(run_until([&] { return echoes_ != 0; }));
        memory_.emplace();
        echoes_ = longest_wait_ = 0;
    }

    void TearDown() override {
        const std::size_t echoes = echoes_;
        std::printf("             at most %zu KiB; %zu honest echoes, each within %zu turns\n",
                    (memory_->peak() + 1023) / 1024, echoes, longest_wait_);
        EXPECT_TRUE(run_until([&] { return echoes_ > echoes; })) << "the honest client is harmed";
        EXPECT_FALSE(honest_.ended()) << honest_.why;
        EXPECT_LE(longest_wait_, patience_in_turns);
        client_.reset();
        server_.reset();
        loop_.reset();
        EXPECT_EQ(open_descriptors(), descriptors_before_) << "descriptors leaked";
    }

    /// A route that is attacked; `end_` hears of it.
    void expose(std::string_view path, connection_options options = {}, handlers more = {}) {
        server_->route(path, attacked_.observe(std::move(more)), {options, {}});
    }

    /// The same with an echo.
    void expose_echo(connection_options options = {}) {
        expose("/echo", options, {.message = [](connection& to, message m) { to.send(m); }});
    }

    /// An attacker that has opened a WebSocket at `path`.
    raw_peer opened(std::string_view path = "/echo", int receive_buffer = 0) {
        raw_peer peer = raw_peer::connected_to(port_, receive_buffer);
        peer.send(upgrade_request(path));
        const int before = attacked_.opened;
        EXPECT_TRUE(run_until([&] {
            return attacked_.opened > before && peer.received().ends_with("\r\n\r\n");
        }));
        return peer;
    }

    /// Turns, with the attackers acting in `holds`.
    bool run_until(const std::function<bool()>& holds) {
        const auto end = std::chrono::steady_clock::now() + 30s;
        while (!holds()) {
            if (std::chrono::steady_clock::now() > end) return false;
            turn();
        }
        return true;
    }

    /// Turns until only the honest connection is left.
    bool all_over() {
        return run_until([&] { return server_->connection_count() == 1; });
    }

    /// A turn is bounded by handlers alone, so that it is the same on a busy machine.
    void turn() {
        pollfd wait{*loop_->descriptor(), POLLIN, 0};
        ::poll(&wait, 1, 1);
        loop_->run_ready({.handlers = 64});
        ++turns_;
    }

    void expect_memory_within(std::size_t bytes) {
        EXPECT_LE(memory_->peak(), bytes) << "memory grew without bound";
    }

    /// Describes the end of the attacked connection.
    void expect_end(std::error_code error, side began, phase at = phase::websocket) {
        ASSERT_TRUE(run_until([&] { return attacked_.ended(); }));
        EXPECT_EQ(attacked_.closed + attacked_.failed, 1);
        EXPECT_EQ(attacked_.why.error, error) << attacked_.why;
        EXPECT_EQ(attacked_.why.began, began) << attacked_.why;
        EXPECT_EQ(attacked_.why.phase, at) << attacked_.why;
    }

    std::optional<event_loop> loop_;
    std::optional<server> server_;
    std::optional<client> client_;
    std::optional<live_memory> memory_;
    std::vector<report> failures_; // of connections that had no route
    ending attacked_;
    std::uint16_t port_ = 0;

private:
    void begin_honest_client() {
        const auto speak = [this](connection& to) {
            asked_ = turns_;
            to.send("as always");
        };
        const auto target = "ws://127.0.0.1:" + std::to_string(port_) + "/honest";
        client_->connect(target, honest_.observe({.open = speak,
                                                .message =
                                                    [this, speak](connection& to, message) {
                                                        ++echoes_;
                                                        const auto waited = turns_ - asked_;
                                                        longest_wait_ =
                                                            std::max(longest_wait_, waited);
                                                        speak(to);
                                                    }}));
    }

    ending honest_;
    std::size_t turns_ = 0;
    std::size_t asked_ = 0;
    std::size_t echoes_ = 0;
    std::size_t longest_wait_ = 0;
    std::ptrdiff_t descriptors_before_ = 0;
};

} // namespace weft::testing
