// SPDX-License-Identifier: MIT
// The callbacks and the errors of the transport that the application feeds.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/common/functional.hpp>
#include <websocketpp/common/system_error.hpp>
#include <websocketpp/transport/base/connection.hpp>

namespace websocketpp::transport::iostream {

/// Called with bytes to write; an error ends the connection.
typedef lib::function<lib::error_code(connection_hdl, char const*, std::size_t)> write_handler;
typedef lib::function<lib::error_code(connection_hdl, std::vector<transport::buffer> const&)>
    vector_write_handler;

/// Called when the connection no longer needs its stream.
typedef lib::function<lib::error_code(connection_hdl)> shutdown_handler;

namespace error {

enum value {
    general = 1,
    invalid_num_bytes,      ///< never reported
    double_read,            ///< never reported
    output_stream_required, ///< there is neither an output stream nor a write handler
    bad_stream              ///< the output stream has failed
};

lib::error_category const& get_category();

inline lib::error_code make_error_code(error::value which) {
    return lib::error_code(static_cast<int>(which), get_category());
}

} // namespace error

} // namespace websocketpp::transport::iostream

template <>
struct std::is_error_code_enum<websocketpp::transport::iostream::error::value> : std::true_type {};
