// SPDX-License-Identifier: MIT
// A server's open connection whose peer is a client by hand.
#pragma once

#include <optional>

#include "connection_fixture.hpp"

namespace weft::testing {

class raw_peer_fixture : public connection_fixture {
public:
    std::optional<raw_peer> peer;

    void open_to_a_peer(const connection_options& options = {}) {
        server->route("/chat", at_server.all(), {.connection = options, .subprotocol = {}});
        auto [a, b] = memory_pipe(driver, driver, capacity);
        server_end = a.get();
        server->serve(std::move(a));
        peer.emplace(std::move(b));
        peer->write(canned_request());
        driver.settle();
        ASSERT_EQ(at_server.opens, 1);
    }
};

} // namespace weft::testing
