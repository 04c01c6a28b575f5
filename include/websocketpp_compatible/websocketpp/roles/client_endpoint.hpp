// SPDX-License-Identifier: MIT
// The client: connects.
#pragma once

#include <string>

#include <websocketpp/endpoint.hpp>
#include <websocketpp/uri.hpp>

namespace websocketpp {

template <typename config>
class client : public endpoint<connection<config>, config> {
public:
    typedef client<config> type;
    typedef typename config::concurrency_type concurrency_type;
    typedef typename config::transport_type transport_type;
    typedef connection<config> connection_type;
    typedef typename connection_type::ptr connection_ptr;
    typedef typename transport_type::transport_con_type transport_con_type;
    typedef typename transport_con_type::ptr transport_con_ptr;
    typedef endpoint<connection_type, config> endpoint_type;

    client() : endpoint_type(false) {}

    /// Returns a new connection to set up and to `connect`; null with an error.
    connection_ptr get_connection(uri_ptr location, lib::error_code& ec) {
        if (!location || !location->get_valid()) {
            ec = error::make_error_code(error::invalid_uri);
            return connection_ptr();
        }
        if (location->get_secure() && !transport_type::is_secure()) {
            ec = error::make_error_code(error::endpoint_not_secure);
            return connection_ptr();
        }
        lib::error_code why;
        const connection_ptr con = endpoint_type::create_connection(why);
        ec = con ? lib::error_code() : error::make_error_code(error::con_creation_failed);
        if (con) con->set_uri(location);
        return con;
    }
    connection_ptr get_connection(std::string const& location, lib::error_code& ec) {
        return get_connection(lib::make_shared<uri>(location), ec);
    }

    /// Begins to connect. Exactly one of the open and fail handlers is called.
    connection_ptr connect(connection_ptr con) {
        transport_type::async_connect(con, con->get_uri(), when_connected(con));
        return con;
    }

    /// Connects to a Unix-domain socket, a `local::stream_protocol::endpoint` of Asio. The URI of
    /// the connection supplies the resource and the Host header.
    template <class Endpoint>
    connection_ptr connect(connection_ptr con, Endpoint const& where) {
        transport_type::async_connect(con, con->get_uri(), when_connected(con), where);
        return con;
    }

private:
    static auto when_connected(connection_ptr con) {
        return [con](lib::error_code const& why) {
            if (why) {
                con->terminate(why);
            } else {
                con->start();
            }
        };
    }
};

} // namespace websocketpp
