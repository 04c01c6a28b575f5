// SPDX-License-Identifier: MIT
// Stands where WebSocket++ declares its protocol processors; only their errors exist here.
#pragma once

#include <string>

#include <websocketpp/processors/base.hpp>

namespace websocketpp::processor {

template <typename config>
class processor;

/// Returns whether a request asks for a WebSocket.
template <typename request_type>
bool is_websocket_handshake(request_type& request) {
    const std::string& upgrade = request.get_header("Upgrade");
    for (std::string::size_type at = 0; at + 9 <= upgrade.size(); ++at) {
        bool same = true;
        for (std::string::size_type i = 0; same && i < 9; ++i) {
            same = (upgrade[at + i] | 0x20) == "websocket"[i];
        }
        if (same) return true;
    }
    return false;
}

/// Returns the version of a handshake; -1 if it is not a number, 0 without the header.
template <typename request_type>
int get_websocket_version(request_type& request) {
    const std::string& text = request.get_header("Sec-WebSocket-Version");
    if (text.empty()) return 0;
    int version = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9' || version > 255) return -1;
        version = version * 10 + (digit - '0');
    }
    return version;
}

} // namespace websocketpp::processor
