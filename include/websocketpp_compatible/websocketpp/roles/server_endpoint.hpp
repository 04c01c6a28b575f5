// SPDX-License-Identifier: MIT
// The server: accepts connections.
#pragma once

#include <string>

#include <websocketpp/endpoint.hpp>

namespace websocketpp {

template <typename config>
class server : public endpoint<connection<config>, config> {
public:
    typedef server<config> type;
    typedef typename config::concurrency_type concurrency_type;
    typedef typename config::transport_type transport_type;
    typedef connection<config> connection_type;
    typedef typename connection_type::ptr connection_ptr;
    typedef typename transport_type::transport_con_type transport_con_type;
    typedef typename transport_con_type::ptr transport_con_ptr;
    typedef endpoint<connection_type, config> endpoint_type;

    server() : endpoint_type(true) {}

    /// Returns a new connection for the application to feed and to `start`.
    connection_ptr get_connection() { return endpoint_type::create_connection(); }

    /// Accepts connections until `stop_listening`.
    void start_accept(lib::error_code& ec) {
        if (!transport_type::is_listening()) {
            ec = error::make_error_code(error::async_accept_not_listening);
            return;
        }
        ec = lib::error_code();
        const connection_ptr con = endpoint_type::create_connection();
        if (!con) {
            ec = error::make_error_code(error::con_creation_failed);
            return;
        }
        transport_type::async_accept(
            con, [this, con](lib::error_code const& why) { handle_accept(con, why); }, ec);
    }
    void start_accept() {
        detail::throw_if([&](lib::error_code& ec) { start_accept(ec); });
    }

private:
    void handle_accept(connection_ptr const& con, lib::error_code const& why) {
        if (why == error::make_error_code(error::operation_canceled)) return;
        if (why) {
            this->m_elog->write(log::elevel::rerror, "handle_accept error: " + why.message());
        } else {
            con->start();
        }
        lib::error_code ec;
        start_accept(ec);
        if (ec == error::make_error_code(error::async_accept_not_listening)) {
            this->m_elog->write(log::elevel::info, "Accepting has ended: not listening");
        } else if (ec) {
            this->m_elog->write(log::elevel::rerror, "Accepting has ended: " + ec.message());
        }
    }
};

} // namespace websocketpp
