// SPDX-License-Identifier: MIT
// Stands where WebSocket++ declares its protocol processors; only their errors exist here.
#pragma once

#include <locale>
#include <string>

#include <websocketpp/processors/base.hpp>
#include <websocketpp/utilities.hpp>

namespace websocketpp::processor {

template <typename config>
class processor;

/// Returns whether a request asks for a WebSocket.
template <typename request_type>
bool is_websocket_handshake(request_type& request) {
    const std::string& upgrade = request.get_header("Upgrade");
    return utility::ci_find_substr(upgrade, std::string("websocket"), std::locale::classic()) !=
           upgrade.end();
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
