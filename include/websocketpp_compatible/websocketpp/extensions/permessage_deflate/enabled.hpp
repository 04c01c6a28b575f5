// SPDX-License-Identifier: MIT
// The config type of a connection that agrees on permessage-deflate (RFC 7692) where the peer does.
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

    /// Returns what negotiates compression for all connections of programs with this config.
    static weft::extension_negotiator* negotiator() {
        static weft::permessage_deflate all{options()};
        return &all;
    }

private:
    static weft::deflate_options options() {
        weft::deflate_options chosen;
        chosen.sending.context_takeover = true;
        chosen.receiving.context_takeover = true;
        return chosen;
    }
};

} // namespace websocketpp::extensions::permessage_deflate
