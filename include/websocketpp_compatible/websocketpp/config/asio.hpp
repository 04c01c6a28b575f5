// SPDX-License-Identifier: MIT
// The config of a server on Asio, with TLS.
#pragma once

#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/detail/on_asio.hpp>
#include <websocketpp/transport/asio/security/tls.hpp>

namespace websocketpp::config {

struct asio_tls
    : public detail::on_asio<core, websocketpp::transport::asio::tls_socket::endpoint> {
    typedef asio_tls type;
};

} // namespace websocketpp::config
