// SPDX-License-Identifier: MIT
// The transport of endpoints whose connections the application feeds.
#pragma once

#include <ostream>
#include <utility>

#include <websocketpp/common/memory.hpp>
#include <websocketpp/transport/base/endpoint.hpp>
#include <websocketpp/transport/iostream/connection.hpp>
#include <websocketpp/uri.hpp>

namespace websocketpp::transport::iostream {

/// Sets up connections that are created from now on.
template <typename config>
class endpoint {
public:
    typedef endpoint type;
    typedef lib::shared_ptr<type> ptr;
    typedef typename config::concurrency_type concurrency_type;
    typedef typename config::elog_type elog_type;
    typedef typename config::alog_type alog_type;
    typedef iostream::connection<config> transport_con_type;
    typedef typename transport_con_type::ptr transport_con_ptr;

    void register_ostream(std::ostream* out) { m_output = out; }
    void set_secure(bool value) { m_is_secure = value; }
    bool is_secure() const { return m_is_secure; }
    void set_write_handler(write_handler h) { m_write_handler = std::move(h); }
    void set_shutdown_handler(shutdown_handler h) { m_shutdown_handler = std::move(h); }

protected:
    void init_logging(lib::shared_ptr<alog_type> const&, lib::shared_ptr<elog_type> const&) {}

    lib::error_code init(transport_con_ptr const& con) {
        con->register_ostream(m_output);
        con->set_secure(m_is_secure);
        if (m_shutdown_handler) con->set_shutdown_handler(m_shutdown_handler);
        if (m_write_handler) con->set_write_handler(m_write_handler);
        return {};
    }

    void async_connect(transport_con_ptr const&, uri_ptr const&, connect_handler callback) {
        callback(lib::error_code());
    }

private:
    std::ostream* m_output = nullptr;
    write_handler m_write_handler;
    shutdown_handler m_shutdown_handler;
    bool m_is_secure = false;
};

} // namespace websocketpp::transport::iostream
