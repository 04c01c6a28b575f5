// SPDX-License-Identifier: MIT
// The opening handshake of a test peer, as text.
#pragma once

#include <string>
#include <string_view>

#include <weft/core/handshake.hpp>

namespace weft::testing {

/// A client's request, with more header lines if wanted.
inline std::string canned_request(std::string_view more = {}) {
    return "GET /chat?room=1 HTTP/1.1\r\nHost: example.org\r\nUpgrade: websocket\r\n"
           "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
           "Sec-WebSocket-Version: 13\r\n" +
        std::string(more) + "\r\n";
}

/// The server's answer to `request`, with more header lines if wanted.
inline std::string canned_response(std::string_view request, std::string_view more = {}) {
    constexpr std::string_view name = "Sec-WebSocket-Key: ";
    const auto at = request.find(name) + name.size();
    const auto key = request.substr(at, request.find('\r', at) - at);
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
        accept_key(key) + "\r\n" + std::string(more) + "\r\n";
}

} // namespace weft::testing
