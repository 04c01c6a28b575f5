// SPDX-License-Identifier: MIT
// The transport of the minimal configs, to be replaced or derived from.
#pragma once

#include <websocketpp/common/memory.hpp>
#include <websocketpp/logger/levels.hpp>
#include <websocketpp/transport/base/endpoint.hpp>
#include <websocketpp/transport/stub/connection.hpp>
#include <websocketpp/uri.hpp>

namespace websocketpp::transport::stub {

/// Creates and accepts no connections: `init`, `async_connect` and `async_accept` fail with
/// `error::not_implemented`. A class that derives from it may replace them and `is_listening`.
template <typename config>
class endpoint {
public:
    typedef endpoint type;
    typedef lib::shared_ptr<type> ptr;
    typedef typename config::concurrency_type concurrency_type;
    typedef typename config::elog_type elog_type;
    typedef typename config::alog_type alog_type;
    typedef stub::connection<config> transport_con_type;
    typedef typename transport_con_type::ptr transport_con_ptr;

    void set_secure(bool) {}
    bool is_secure() const { return false; }
    bool is_listening() const { return false; }

protected:
    /// Returns a number that changes when listening ends; see the transport over Asio.
    unsigned long listening_round() const { return 0; }

    void init_logging(lib::shared_ptr<alog_type> const&, lib::shared_ptr<elog_type> const&) {}

    lib::error_code init(transport_con_ptr const&) {
        return error::make_error_code(error::not_implemented);
    }
    void async_connect(transport_con_ptr const&, uri_ptr const&, connect_handler callback) {
        callback(error::make_error_code(error::not_implemented));
    }
    void async_accept(transport_con_ptr const&, accept_handler, lib::error_code& ec) {
        ec = error::make_error_code(error::not_implemented);
    }
};

} // namespace websocketpp::transport::stub
