// SPDX-License-Identifier: MIT
// The errors of Weft itself, beside those of the system: one category, and a few conditions
// to compare against when the exact reason does not matter.
#pragma once

#include <system_error>

#include <weft/core/language.hpp>

namespace weft {

/// What went wrong, when it is not the operating system that says so.
enum class errc {
    // URIs and outgoing headers
    bad_uri = 1,        ///< not a `ws:` or `wss:` URI (RFC 6455 §3, RFC 3986)
    unsupported_scheme, ///< a URI of another scheme than `ws` or `wss`
    bad_header,         ///< a header, host or subprotocol holds CR, LF, NUL or the like
    reserved_header,    ///< a header that the handshake or HTTP's framing has of its own

    // the opening handshake (RFC 6455 §4), as seen by a server
    bad_request,             ///< not a well-formed HTTP/1.1 request
    bad_method,              ///< an upgrade must be a GET
    bad_http_version,        ///< an upgrade needs HTTP/1.1
    bad_host,                ///< no Host header, or several
    misdirected,             ///< Host names another server than TLS was opened for (SNI)
    bad_upgrade,             ///< Upgrade does not name `websocket`
    bad_connection,          ///< Connection does not name `upgrade`
    bad_key,                 ///< Sec-WebSocket-Key is missing, repeated or has the wrong form
    bad_version,             ///< Sec-WebSocket-Version is not 13
    bad_subprotocol,         ///< Sec-WebSocket-Protocol is malformed or names one twice
    bad_extension,           ///< Sec-WebSocket-Extensions is malformed
    header_too_large,        ///< the limit on the bytes of a request or response head
    too_many_headers,        ///< the limit on the number of headers
    body_too_large,          ///< the limit on the bytes of a request body
    unknown_expectation,     ///< Expect names something other than `100-continue`
    unknown_transfer_coding, ///< Transfer-Encoding names more than `chunked`
    rejected,                ///< the application rejected the handshake

    // the opening handshake, as seen by a client
    bad_response,           ///< not a well-formed HTTP/1.1 response
    not_upgraded,           ///< the server answered with another status than 101
    bad_accept,             ///< Sec-WebSocket-Accept is missing or does not match the key
    unexpected_subprotocol, ///< the server chose a subprotocol that was not offered
    no_subprotocol,         ///< the server agreed on no subprotocol, and one is required
    unexpected_extension,   ///< the server chose an extension that was not offered

    // on the way to a server
    bad_via,              ///< `connect_options::via` is neither "host:port" nor "unix:path"
    bad_proxy,            ///< not the URL of a proxy that is spoken to here
    bad_proxy_answer,     ///< the proxy did not speak its protocol
    proxy_authentication, ///< the proxy wants credentials, or others
    proxy_refused,        ///< the proxy did not open the way
    bad_redirect,         ///< a redirect without a usable Location
    insecure_redirect,    ///< a redirect from `wss:` to `ws:`
    too_many_redirects,   ///< the limit on redirects that are followed

    // behind proxies of one's own
    bad_proxy_header,  ///< a trusted proxy did not begin with the PROXY protocol
    bad_forwarded_for, ///< a trusted proxy sent a malformed X-Forwarded-For or Forwarded

    // frames and messages (RFC 6455 §5 to §8)
    reserved_bits,           ///< RSV bits without an extension that defines them
    reserved_opcode,         ///< an opcode without a meaning
    bad_mask,                ///< a client must mask its frames and a server must not
    bad_length,              ///< a length that is not minimal or exceeds 2^63-1
    control_too_long,        ///< a control frame of more than 125 bytes
    control_fragmented,      ///< a control frame without FIN
    unexpected_continuation, ///< a continuation without a message to continue
    expected_continuation,   ///< a new message inside a fragmented one
    bad_utf8,                ///< text that is not UTF-8
    bad_compressed_data,     ///< a message that its codec cannot decode
    bad_close_payload,       ///< a close frame with a payload of one byte
    bad_close_code,          ///< a close code that may not stand in a frame
    frame_too_big,           ///< the limit on the bytes of a frame
    message_too_big,         ///< the limit on the bytes of a message
    too_many_fragments,      ///< the limit on the number of fragments

    // the life of a connection
    handshake_timeout,  ///< the opening handshake took too long
    close_timeout,      ///< the peer did not answer the close in time
    idle_timeout,       ///< nothing was received for too long
    pong_timeout,       ///< a ping was not answered in time
    message_timeout,    ///< a message that the peer began came too slowly
    write_stalled,      ///< output waited, and the peer took none of it for too long
    resolve_timeout,    ///< no address of a name was found in time
    connect_timeout,    ///< the connection could not be established in time
    proxy_timeout,      ///< the proxy did not open the way in time
    tls_timeout,        ///< the TLS handshake took too long
    unexpected_eof,     ///< the stream ended without a close frame
    not_open,           ///< the connection is not (or no longer) open
    over_memory_budget, ///< memory for all connections ran short, and this one held most
    queue_full,         ///< the limit on queued output
    aborted,            ///< ended by the application without a closing handshake
    shut_down,          ///< ended because its endpoint was shut down
    handler_threw,      ///< a handler of the application threw an exception
    bad_argument,       ///< an argument that the protocol does not allow
    bad_address,        ///< neither ADDRESS:PORT nor unix:PATH

    // loops and endpoints
    no_resolver,           ///< a host name needs a resolver, and this loop has none
    no_tls,                ///< a `wss:` URI needs TLS, and this program has none
    not_activated,         ///< no service manager has passed a descriptor (LISTEN_FDS)
    too_many_connections,  ///< the server's limit on connections
    too_many_from_address, ///< the server's limit on connections of one address
    too_many_handshakes,   ///< the server's limit on connections that have not opened
    not_pollable,          ///< a regular file, or a descriptor of a kind that cannot be waited for
    no_descriptor,         ///< this engine has no descriptor that a host could watch
    already_attached,      ///< the loop is attached to a host
    signals_taken,         ///< another loop of this process hears signals
    forked,                ///< the loop belongs to the parent process
    gone,                  ///< the loop or the connection that is meant no longer exists
};

/// Families of errors, for comparison: `if (code == weft::condition::timeout)`.
enum class condition {
    protocol_error = 1, ///< the peer broke RFC 6455 or RFC 9112
    limit,              ///< a limit was reached
    timeout,            ///< a deadline passed
    misuse,             ///< the application asked for what cannot be
};

[[nodiscard]] const std::error_category& error_category() noexcept;
[[nodiscard]] const std::error_category& condition_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), error_category()};
}
[[nodiscard]] inline std::error_condition make_error_condition(condition which) noexcept {
    return {static_cast<int>(which), condition_category()};
}

} // namespace weft

template <>
struct std::is_error_code_enum<weft::errc> : std::true_type {};
template <>
struct std::is_error_condition_enum<weft::condition> : std::true_type {};
