// SPDX-License-Identifier: MIT
// What all transports have in common: the types of their callbacks, and their errors.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/common/functional.hpp>
#include <websocketpp/common/system_error.hpp>

namespace websocketpp::transport {

typedef lib::function<void(lib::error_code const&)> init_handler;
typedef lib::function<void(lib::error_code const&, std::size_t)> read_handler;
typedef lib::function<void(lib::error_code const&)> write_handler;
typedef lib::function<void(lib::error_code const&)> timer_handler;
typedef lib::function<void(lib::error_code const&)> shutdown_handler;
typedef lib::function<void()> interrupt_handler;
typedef lib::function<void()> dispatch_handler;

/// Bytes to write.
struct buffer {
    buffer(char const* bytes, std::size_t size) : buf(bytes), len(size) {}

    char const* buf;
    std::size_t len;
};

namespace error {

enum value {
    general = 1,
    pass_through,            ///< an error of the layer below: see `get_transport_ec`
    invalid_num_bytes,       ///< never reported
    double_read,             ///< never reported
    operation_aborted,       ///< a timer or another operation was cancelled
    operation_not_supported, ///< this transport cannot do that
    eof,                     ///< the peer ended the stream
    tls_short_read,          ///< the stream ended without the closing alert of TLS
    timeout,                 ///< an operation took too long
    action_after_shutdown,   ///< the stream had been closed before
    tls_error                ///< an error of TLS
};

lib::error_category const& get_category();

inline lib::error_code make_error_code(error::value which) {
    return lib::error_code(static_cast<int>(which), get_category());
}

} // namespace error

} // namespace websocketpp::transport

template <>
struct std::is_error_code_enum<websocketpp::transport::error::value> : std::true_type {};
