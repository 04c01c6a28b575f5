// SPDX-License-Identifier: MIT
// The config of an endpoint on Asio with TLS, with all channels of its logs.
#pragma once

#include <websocketpp/config/debug_asio_no_tls.hpp>
#include <websocketpp/config/debug.hpp>
#include <websocketpp/detail/on_asio.hpp>
#include <websocketpp/transport/asio/security/tls.hpp>

namespace websocketpp::config {

struct debug_asio_tls
    : public detail::on_asio<debug_core, websocketpp::transport::asio::tls_socket::endpoint> {
    typedef debug_asio_tls type;
};

} // namespace websocketpp::config
