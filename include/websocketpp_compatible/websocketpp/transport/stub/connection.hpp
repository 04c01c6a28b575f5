// SPDX-License-Identifier: MIT
// The transport of a connection that moves no bytes.
#pragma once

#include <string>

#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/common/memory.hpp>
#include <websocketpp/common/platforms.hpp>
#include <websocketpp/transport/iostream/connection.hpp>
#include <websocketpp/transport/stub/base.hpp>

namespace websocketpp::transport::stub {

typedef iostream::timer timer;

/// A connection that is started fails with `error::not_implemented`.
template <typename config>
class connection : public iostream::connection<config> {
public:
    typedef connection<config> type;
    typedef lib::shared_ptr<type> ptr;

    using iostream::connection<config>::connection;

    void set_secure(bool) {}
    bool is_secure() const { return false; }
    std::string get_remote_endpoint() const { return "unknown (stub transport)"; }

protected:
    void start_stream() { this->on_stream_ready(error::make_error_code(error::not_implemented)); }
};

} // namespace websocketpp::transport::stub
