// SPDX-License-Identifier: MIT
// The errors of WebSocket++ itself, and its exception.
#pragma once

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include <websocketpp/common/cpp11.hpp>
#include <websocketpp/common/system_error.hpp>

namespace websocketpp {

/// An error, and a text that says more about it.
typedef std::pair<lib::error_code, std::string> err_str_pair;

namespace error {

enum value {
    general = 1,                ///< anything else
    send_queue_full,            ///< the queue of output is full
    payload_violation,          ///< the payload is not what its type demands
    endpoint_not_secure,        ///< a secure connection on an endpoint that is not
    endpoint_unavailable,       ///< the endpoint does not exist any more
    invalid_uri,                ///< not a URI that can be connected to
    no_outgoing_buffers,        ///< no message could be created to send
    no_incoming_buffers,        ///< no message could be created to receive
    invalid_state,              ///< the connection's state does not permit the call
    bad_close_code,             ///< a close frame without a whole code
    reserved_close_code,        ///< a close code that is reserved
    invalid_close_code,         ///< a close code that is not allowed
    invalid_utf8,               ///< text that is not UTF-8
    invalid_subprotocol,        ///< a subprotocol that is not a token
    bad_connection,             ///< the handle's connection does not exist any more
    test,                       ///< for tests
    con_creation_failed,        ///< the connection could not be created
    unrequested_subprotocol,    ///< a subprotocol that the client did not ask for
    client_only,                ///< only clients can do that
    server_only,                ///< only servers can do that
    http_connection_ended,      ///< a plain HTTP request was answered
    open_handshake_timeout,     ///< the opening handshake took too long
    close_handshake_timeout,    ///< the closing handshake took too long
    invalid_port,               ///< not a port
    async_accept_not_listening, ///< accepting needs a listening endpoint
    operation_canceled,         ///< the operation was cancelled
    rejected,                   ///< the application refused the connection
    upgrade_required,           ///< a plain HTTP request, and no handler for it
    invalid_version,            ///< the protocol's version is not a number
    unsupported_version,        ///< a version other than 13
    http_parse_error,           ///< malformed HTTP
    extension_neg_failed,       ///< an extension could not be agreed on
    transport_error             ///< an error of the transport, which is reported with it
};

lib::error_category const& get_category();

inline lib::error_code make_error_code(error::value which) {
    return lib::error_code(static_cast<int>(which), get_category());
}

} // namespace error

/// Thrown by the overloads that take no error_code.
class exception : public std::exception {
public:
    exception(std::string const& message,
              lib::error_code why = error::make_error_code(error::general))
        : m_msg(message.empty() ? why.message() : message), m_code(why) {}
    explicit exception(lib::error_code why) : m_msg(why.message()), m_code(why) {}

    char const* what() const noexcept override { return m_msg.c_str(); }
    lib::error_code code() const noexcept { return m_code; }

    std::string const m_msg;
    lib::error_code m_code;
};

namespace detail {

inline void throw_if(lib::error_code ec) {
    if (ec) throw exception(ec);
}

/// Calls `call(lib::error_code&)` and throws the error that it sets.
template <class Call>
    requires std::is_invocable_v<Call, lib::error_code&>
void throw_if(Call&& call) {
    lib::error_code ec;
    call(ec);
    throw_if(ec);
}

} // namespace detail

} // namespace websocketpp

template <>
struct std::is_error_code_enum<websocketpp::error::value> : std::true_type {};
