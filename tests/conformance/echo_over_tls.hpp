// SPDX-License-Identifier: MIT
// Registers the conformance suite over a connection on TLS on a memory pipe; the peer has TLS, too.
#pragma once

#include <memory>
#include <string>

#include <weft/stream/secure_layer.hpp>

#include "conformance/echo_connection.hpp"

namespace weft::testing {

/// Both sides of TLS.
struct both_layers {
    std::shared_ptr<secure_layer> server;
    std::shared_ptr<secure_layer> client;
};

/// `layers` makes them at its first call only: that takes a while. Returns true.
inline bool register_over_tls(const std::string& name, const both_layers& (*layers)()) {
    const auto over_pipe_of = [layers](std::size_t capacity) {
        return [layers, capacity](role ours) -> std::unique_ptr<subject> {
            secure_layer* const server = layers().server.get();
            secure_layer* const client = layers().client.get();
            const bool serves = ours == role::server;
            return std::make_unique<echo_connection>(ours, capacity, serves ? server : client,
                                                     serves ? client : server);
        };
    };
    return register_conformance(name, over_pipe_of(64 * 1024)) &&
        register_conformance(name + "_in_a_narrow_pipe", over_pipe_of(1000));
}

} // namespace weft::testing
