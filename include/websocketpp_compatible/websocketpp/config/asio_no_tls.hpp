// SPDX-License-Identifier: MIT
// The config of a server on Asio, without TLS.
#pragma once

#include <websocketpp/config/core.hpp>
#include <websocketpp/detail/on_asio.hpp>
#include <websocketpp/transport/asio/security/none.hpp>

namespace websocketpp::config {

struct asio
    : public detail::on_asio<core, websocketpp::transport::asio::basic_socket::endpoint> {
    typedef asio type;
};

} // namespace websocketpp::config
