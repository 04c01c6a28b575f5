// SPDX-License-Identifier: MIT
// The config of a client on Asio, without TLS.
#pragma once

#include <websocketpp/config/core_client.hpp>
#include <websocketpp/detail/on_asio.hpp>
#include <websocketpp/transport/asio/security/none.hpp>

namespace websocketpp::config {

struct asio_client
    : public detail::on_asio<core_client, websocketpp::transport::asio::basic_socket::endpoint> {
    typedef asio_client type;
};

} // namespace websocketpp::config
