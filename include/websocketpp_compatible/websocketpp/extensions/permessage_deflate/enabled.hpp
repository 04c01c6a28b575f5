// SPDX-License-Identifier: MIT
// The config type that compresses messages with permessage-deflate (RFC 7692) if the peer agrees.
// Needs the component weft::deflate.
#pragma once

#include <stdint.h>

#include <weft/deflate/permessage_deflate.hpp>

#include <websocketpp/extensions/extension.hpp>

namespace websocketpp::extensions::permessage_deflate {

static uint8_t const default_server_max_window_bits = 15;
static uint8_t const min_server_max_window_bits = 8;
static uint8_t const max_server_max_window_bits = 15;
static uint8_t const default_client_max_window_bits = 15;
static uint8_t const min_client_max_window_bits = 8;
static uint8_t const max_client_max_window_bits = 15;

namespace mode {

/// How a server treats a parameter that a client asks for.
enum value { accept = 1, decline, largest, smallest };

} // namespace mode

template <typename config>
class enabled {
public:
    typedef config config_type;

    bool is_implemented() const { return true; }
    bool is_enabled() const { return true; }

    /// Returns the negotiator that all servers or all clients with this config share.
    static weft::extension_negotiator* negotiator(bool is_server) {
        static weft::permessage_deflate of_servers{options(true)};
        static weft::permessage_deflate of_clients{options(false)};
        return is_server ? &of_servers : &of_clients;
    }

private:
    /// Clients offer client_no_context_takeover, as those of WebSocket++ do: a server that requires
    /// this parameter accepts compression only if it was offered.
    static weft::deflate_options options(bool is_server) {
        weft::deflate_options chosen;
        chosen.sending.context_takeover = is_server;
        chosen.receiving.context_takeover = true;
        return chosen;
    }
};

} // namespace websocketpp::extensions::permessage_deflate
