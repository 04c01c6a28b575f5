// SPDX-License-Identifier: MIT
// The config of an endpoint on Asio without TLS, with all channels of its logs.
#pragma once

#include <websocketpp/config/debug.hpp>
#include <websocketpp/detail/on_asio.hpp>
#include <websocketpp/transport/asio/security/none.hpp>

namespace websocketpp::config {

struct debug_asio
    : public detail::on_asio<debug_core, websocketpp::transport::asio::basic_socket::endpoint> {
    typedef debug_asio type;
};

} // namespace websocketpp::config
