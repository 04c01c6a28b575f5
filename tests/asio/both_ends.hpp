// SPDX-License-Identifier: MIT
// A server and a client on one context, each with a service of its own, joined by sockets.
#pragma once

#include <optional>
#include <string>

#include "two_asios.hpp"

namespace weft::testing {

inline handlers echo_handlers() {
    return {.message = [](connection& peer, message m) { peer.send(m); }};
}

inline uri at_path(const std::string& path) {
    return *uri::parse("ws://localhost" + path);
}

template <class Asio>
class both_ends : public ::testing::Test {
protected:
    typename Asio::io_context context;
    std::optional<typename Asio::service> server{context};
    std::optional<typename Asio::service> client{context};

    /// A connection to `path`, of which the server knows nothing yet but bytes.
    connection& connect(handlers what, const std::string& path = "/") {
        auto [near, far] = tcp_pair<Asio>(context);
        server->serve(std::move(far));
        return client->connect(std::move(near), at_path(path), std::move(what));
    }
};

} // namespace weft::testing
