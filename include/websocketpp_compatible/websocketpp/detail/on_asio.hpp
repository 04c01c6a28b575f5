// SPDX-License-Identifier: MIT
// Turns a config without sockets into the same config on Asio.
#pragma once

#include <websocketpp/transport/asio/endpoint.hpp>

namespace websocketpp::detail {

template <class base_config, class socket>
struct on_asio : public base_config {
    typedef base_config base;

    struct transport_config : public base_config::transport_config {
        typedef socket socket_type;
    };

    typedef websocketpp::transport::asio::endpoint<transport_config> transport_type;
};

} // namespace websocketpp::detail
