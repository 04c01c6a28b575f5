// SPDX-License-Identifier: MIT
// The errors of the sockets of the Asio transport.
#pragma once

#include <string>

#include <websocketpp/common/asio.hpp>
#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/common/functional.hpp>
#include <websocketpp/common/system_error.hpp>

namespace websocketpp::transport::asio::socket {

typedef lib::function<void(lib::asio::error_code const&)> shutdown_handler;
typedef lib::function<void(lib::error_code const&)> init_handler;

namespace error {

enum value {
    security = 1,
    socket,
    invalid_state,            ///< the socket's state does not permit that
    invalid_tls_context,      ///< the tls_init handler returned no context
    tls_handshake_timeout,    ///< the handshake of TLS took too long
    pass_through,             ///< an error of the layer below
    missing_tls_init_handler, ///< TLS needs a tls_init handler
    tls_handshake_failed,     ///< the handshake of TLS failed
    tls_failed_sni_hostname   ///< the host name could not be set for SNI
};

class error_category_of_socket final : public std::error_category {
public:
    char const* name() const noexcept override { return "websocketpp.transport.asio.socket"; }
    std::string message(int which) const override {
        switch (which) {
        case security: return "security policy error";
        case socket: return "socket error";
        case invalid_state: return "invalid state";
        case invalid_tls_context: return "invalid or empty TLS context";
        case tls_handshake_timeout: return "the TLS handshake timed out";
        case pass_through: return "underlying socket error";
        case missing_tls_init_handler: return "the tls_init handler is missing";
        case tls_handshake_failed: return "the TLS handshake failed";
        case tls_failed_sni_hostname: return "the host name for SNI could not be set";
        default: return "unknown error";
        }
    }
};

inline lib::error_category const& get_socket_category() {
    static const error_category_of_socket only;
    return only;
}

inline lib::error_code make_error_code(error::value which) {
    return lib::error_code(static_cast<int>(which), get_socket_category());
}

} // namespace error

// WebSocket++ has these names in this namespace.
using error::get_socket_category;
using error::make_error_code;
typedef error::error_category_of_socket socket_category;

} // namespace websocketpp::transport::asio::socket

template <>
struct std::is_error_code_enum<websocketpp::transport::asio::socket::error::value>
    : std::true_type {};
