// SPDX-License-Identifier: MIT
// The address of an end of `weft relay`: the transport, the place, and whether it listens or
// connects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <weft/core/result.hpp>

namespace weft_tool {

struct relay_address {
    enum class kind : std::uint8_t { websocket, tcp, unix_socket, standard };

    kind what = kind::standard;
    bool listens = false;
    bool secure = false; ///< wss: or tls:
    std::string typed;   ///< without `listen:`
    std::string host;    ///< not for Unix-domain sockets
    std::uint16_t port = 0;
    std::string path;     ///< of a Unix-domain socket, or path and query of a URL; may be empty

    /// Returns "HOST:PORT" or "unix:PATH", as the functions that connect and listen take it.
    [[nodiscard]] std::string where() const;

    /// Returns the address for messages, without secrets.
    [[nodiscard]] std::string shown() const;
};

/// Parses an address: `ws://...`, `wss://...`, `tcp://...`, `tls://...`, `unix:PATH`, `-`, `stdio`.
/// `listen:` may precede all except the last two, and allows port 0. On error, returns nothing, and
/// sets `fault` to a text that says what to try.
[[nodiscard]] std::optional<relay_address> parse_relay_address(std::string_view typed,
                                                               std::string& fault);

} // namespace weft_tool
