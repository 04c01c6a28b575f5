// SPDX-License-Identifier: MIT
// Stands where WebSocket++ declares its protocol processors; only their errors exist here.
#pragma once

#include <charconv>
#include <locale>
#include <string>
#include <system_error>

#include <websocketpp/common/memory.hpp>
#include <websocketpp/processors/base.hpp>
#include <websocketpp/utilities.hpp>

namespace websocketpp::processor {

/// The types of a processor. Processors cannot be created: a connection uses Weft's session
/// instead.
template <typename config>
class processor {
public:
    typedef processor<config> type;
    typedef lib::shared_ptr<type> ptr;
    typedef typename config::request_type request_type;
    typedef typename config::response_type response_type;
    typedef typename config::message_type message_type;
    typedef typename config::message_type::ptr message_ptr;
    typedef typename config::con_msg_manager_type msg_manager_type;
    typedef typename config::con_msg_manager_type::ptr msg_manager_ptr;
    typedef typename config::rng_type rng_type;

    template <typename... Arguments>
    explicit processor(Arguments&&...) {
        static_assert(sizeof...(Arguments) > 1000,
                      "WebSocket++'s processors are not part of weft::websocketpp: use "
                      "weft::session, the protocol without I/O (docs/protocol-core.md)");
    }
};

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
    int version = -1;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), version);
    return wrong == std::errc() && end == text.data() + text.size() ? version : -1;
}

} // namespace websocketpp::processor
