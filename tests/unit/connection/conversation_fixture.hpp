// SPDX-License-Identifier: MIT
// Conversations over memory pipes in virtual time.
#pragma once

#include <string>
#include <utility>

#include <weft/connection/conversation.hpp>

#include "connection_fixture.hpp"

namespace weft::testing {

class conversations : public connection_fixture {
protected:
    std::string events;

    static task<void> echo(conversation peer) {
        while (auto m = co_await peer.receive()) co_await peer.send(*m);
    }

    /// Begins to connect a coroutine's client to the server.
    connect_operation connect() {
        const connect_options options;
        return connect(options);
    }
    connect_operation connect(const connect_options& options) {
        auto [a, b] = memory_pipe(driver, driver, capacity);
        server_end = a.get();
        client_end = b.get();
        server->serve(std::move(a));
        return client->connect(std::move(b), *uri::parse("ws://example.org/"), options);
    }

    /// Serves by `serve` what a client with handlers connects to.
    template <class Serve>
    void open_with(Serve serve, const connection_options& both = {}) {
        server->route("/", std::move(serve), {.connection = both, .subprotocol = {}});
        link();
        driver.settle();
        ASSERT_EQ(at_client.opens, 1);
    }
};

} // namespace weft::testing
