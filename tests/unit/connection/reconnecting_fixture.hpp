// SPDX-License-Identifier: MIT
// A client on a manual driver that keeps a connection to a server, which it can reach or not.
#pragma once

#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "connection_fixture.hpp"

namespace weft::testing {

class reconnecting_test : public connection_fixture {
protected:
    int attempts = 0;
    int given_up = 0;
    bool reachable = true;
    std::vector<duration> waits;
    std::vector<uri> targets;
    reconnecting_connection kept;

    /// Keeps a connection whose attempts reach the server, or are refused.
    void keep(reconnect_options options = {}, std::string_view target = "ws://example.org/") {
        options.waiting = [this](const report&, duration wait) { waits.push_back(wait); };
        options.given_up = [this](const report&) { ++given_up; };
        kept = client->keep_connected(target, at_client.all(), std::move(options),
                                      [this](connection& outbound) { connect(outbound); });
    }

    void connect(connection& outbound) {
        ++attempts;
        targets.push_back(*outbound.uri());
        pending_connection& pending = stream_endpoint::pending(outbound);
        if (!reachable) {
            const auto refused = std::make_error_code(std::errc::connection_refused);
            return pending.fail(phase::connect, refused);
        }
        auto [a, b] = memory_pipe(driver, driver, capacity);
        server->serve(std::move(a));
        pending.attach(std::move(b));
    }

    void keep_open(reconnect_options options = {}) {
        server->route("/", at_server.all());
        keep(std::move(options));
        driver.settle();
        ASSERT_TRUE(kept.is_open());
    }

    void end(unsigned code) {
        served().close(close_code(code));
        driver.settle();
    }

    void pass_wait() {
        ASSERT_TRUE(kept.next_attempt());
        driver.advance(*kept.next_attempt());
        driver.settle();
    }

    static reconnect_options with_queue(std::size_t size) {
        reconnect_options options;
        options.queue_size_max = size;
        return options;
    }
};

} // namespace weft::testing
