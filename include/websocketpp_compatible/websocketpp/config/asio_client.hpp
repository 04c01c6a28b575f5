// SPDX-License-Identifier: MIT
// The config of a client on Asio, with TLS.
#pragma once

#include <websocketpp/config/asio_no_tls_client.hpp>
#include <websocketpp/config/core_client.hpp>
#include <websocketpp/detail/on_asio.hpp>
#include <websocketpp/transport/asio/security/tls.hpp>

namespace websocketpp::config {

struct asio_tls_client
    : public detail::on_asio<core_client, websocketpp::transport::asio::tls_socket::endpoint> {
    typedef asio_tls_client type;
};

} // namespace websocketpp::config
