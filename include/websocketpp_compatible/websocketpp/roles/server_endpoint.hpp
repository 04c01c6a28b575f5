// SPDX-License-Identifier: MIT
// The server: accepts connections.
#pragma once

#include <exception>
#include <string>

#include <websocketpp/common/functional.hpp>
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
    typedef lib::function<void(lib::error_code const&, lib::error_code const&)>
        accept_loop_handler;

    server() : endpoint_type(true) {}

    /// Returns a new connection for the application to feed and to `start`; null with an error.
    connection_ptr get_connection(lib::error_code& ec) {
        return endpoint_type::create_connection(ec);
    }
    connection_ptr get_connection() { return endpoint_type::create_connection(); }

    /// Accepts connections until `stop_listening`. Reports only why accepting cannot begin.
    void start_accept(lib::error_code& ec) {
        const accept_end end = accept_one(accept_loop_handler(), transport_type::listening_round());
        if (end.thrown) std::rethrow_exception(end.thrown);
        ec = end.ec == error::transport_error ? end.transport_ec : end.ec;
    }
    void start_accept() {
        detail::throw_if([&](lib::error_code& ec) { start_accept(ec); });
    }

    /// Accepts connections, and calls `ended` once when accepting ends, whatever the reason; inside
    /// this call if it cannot begin. Not called if the endpoint is destroyed first.
    ///
    /// The first argument is `error::transport_error` or `error::con_creation_failed`, the second
    /// the error behind it: `error::async_accept_not_listening` after `stop_listening`, and
    /// `error::general` if a handler that prepares a connection, such as tls_init, has thrown an
    /// exception before there was a connection to accept. The exception is thrown afterwards.
    void start_accept(accept_loop_handler ended) {
        const accept_end end = accept_one(ended, transport_type::listening_round());
        report_end(ended, end);
        if (end.thrown) std::rethrow_exception(end.thrown);
    }

private:
    struct accept_end {
        lib::error_code ec;
        lib::error_code transport_ec;
        std::exception_ptr thrown = nullptr;
    };

    static accept_end not_listening() {
        return {error::make_error_code(error::transport_error),
                error::make_error_code(error::async_accept_not_listening)};
    }

    /// Begins to accept one connection. Returns an error if that is not possible. `round` is the
    /// transport's `listening_round` when accepting began. If it has changed, this ends: after
    /// another `listen`, the application calls `start_accept` again.
    accept_end accept_one(accept_loop_handler const& ended, unsigned long round) {
        const bool is_current = round == transport_type::listening_round();
        if (!is_current || !transport_type::is_listening()) return not_listening();
        lib::error_code ec;
        connection_ptr con;
        try {
            con = endpoint_type::create_connection(ec);
        } catch (...) {
            return {error::make_error_code(error::con_creation_failed),
                    error::make_error_code(error::general), std::current_exception()};
        }
        if (!con) return {error::make_error_code(error::con_creation_failed), ec};
        transport_type::async_accept(
            con,
            [this, con, ended, round](lib::error_code const& why) {
                handle_accept(con, ended, round, why);
            },
            ec);
        if (ec) return {error::make_error_code(error::transport_error), ec};
        return {};
    }

    /// An exception of a handler is thrown when the next connection can be accepted.
    void handle_accept(connection_ptr const& con, accept_loop_handler const& ended,
                       unsigned long round, lib::error_code const& why) {
        if (why == error::make_error_code(error::operation_canceled)) {
            return report_end(ended, not_listening());
        }
        std::exception_ptr thrown;
        if (why) {
            this->m_elog->write(log::elevel::rerror, "handle_accept error: " + why.message());
        } else {
            try {
                con->start();
            } catch (...) {
                thrown = std::current_exception();
            }
        }
        const accept_end end = accept_one(ended, round);
        if (end.ec) log_end(end);
        report_end(ended, end);
        if (end.thrown) thrown = end.thrown;
        if (thrown) std::rethrow_exception(thrown);
    }

    void log_end(accept_end const& end) {
        const bool stopped = end.transport_ec == error::async_accept_not_listening;
        this->m_elog->write(stopped ? log::elevel::info : log::elevel::rerror,
                            "Accepting has ended: " + end.ec.message() + ": " +
                                end.transport_ec.message());
    }

    static void report_end(accept_loop_handler const& ended, accept_end const& end) {
        if (end.ec && ended) ended(end.ec, end.transport_ec);
    }
};

} // namespace websocketpp
