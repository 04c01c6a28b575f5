// SPDX-License-Identifier: MIT
// Error codes of Weft: one std::error_category, and a few error conditions to compare with when
// the exact reason does not matter. Errors of the operating system keep their own category.
#pragma once

#include <system_error>

#include <weft/core/language.hpp>

namespace weft {

/// Errors that Weft detects. Errors of the operating system are std::error_codes of its category.
enum class errc {
    // URIs and outgoing headers
    bad_uri = 1,        ///< not a well-formed WebSocket URI (RFC 6455 §3, RFC 3986)
    unsupported_scheme, ///< a URI whose scheme is neither `ws` nor `wss`
    bad_header,         ///< a header, host or subprotocol contains CR, LF, NUL or the like
    reserved_header,    ///< a header that Weft sets: it belongs to the handshake or HTTP framing

    // the opening handshake (RFC 6455 §4), as seen by a server
    bad_request,             ///< not a well-formed HTTP/1.1 request
    bad_method,              ///< an upgrade must be a GET
    bad_http_version,        ///< the peer speaks another version of HTTP than 1.1
    bad_host,                ///< no Host header, several, or one that names no host
    misdirected,             ///< Host has other routes than the server name of TLS (SNI)
    bad_upgrade,             ///< Upgrade does not name `websocket`
    bad_connection,          ///< Connection does not name `upgrade`
    bad_key,                 ///< Sec-WebSocket-Key is missing, repeated or has the wrong form
    bad_version,             ///< Sec-WebSocket-Version is not 13
    bad_subprotocol,         ///< Sec-WebSocket-Protocol is malformed or repeats a subprotocol
    bad_extension,           ///< Sec-WebSocket-Extensions is malformed
    header_too_large,        ///< a request or response head exceeds its limit in bytes
    too_many_headers,        ///< the number of headers exceeds its limit
    body_too_large,          ///< a request body exceeds its limit in bytes
    unknown_expectation,     ///< Expect names something other than `100-continue`
    unknown_transfer_coding, ///< Transfer-Encoding names a coding other than `chunked`
    rejected,                ///< the application rejected the handshake

    // the opening handshake, as seen by a client
    bad_response,           ///< not a well-formed HTTP/1.1 response
    not_upgraded,           ///< the server's status is not 101
    bad_accept,             ///< Sec-WebSocket-Accept is missing or does not match the key
    unexpected_subprotocol, ///< the server chose a subprotocol that was not offered
    no_subprotocol,         ///< the server chose no subprotocol, and one is required
    unexpected_extension,   ///< the server chose an extension that was not offered

    // before the handshake of a client: proxies and redirects
    bad_via,              ///< `connect_options::via` is neither "host:port" nor "unix:path"
    bad_proxy,            ///< not the URL of a proxy of a supported kind
    bad_proxy_answer,     ///< the proxy's answer is malformed
    proxy_authentication, ///< the proxy requires credentials, or rejected those it was sent
    proxy_refused,        ///< the proxy refused to connect to the server
    bad_redirect,         ///< a redirect without a usable Location
    insecure_redirect,    ///< a redirect from `wss:` to `ws:`
    too_many_redirects,   ///< more redirects than the limit allows

    // a server behind trusted proxies
    bad_proxy_header,  ///< a trusted proxy did not send a valid PROXY protocol header first
    bad_forwarded_for, ///< a trusted proxy sent a malformed X-Forwarded-For or Forwarded

    // frames and messages (RFC 6455 §5 to §8)
    reserved_bits,           ///< RSV bits are set, and no extension defines them
    reserved_opcode,         ///< an opcode that RFC 6455 reserves
    bad_mask,                ///< a client's frame is unmasked, or a server's frame is masked
    bad_length,              ///< a length in more bytes than needed, or above 2^63-1
    control_too_long,        ///< a control frame of more than 125 bytes
    control_fragmented,      ///< a control frame without FIN
    unexpected_continuation, ///< a continuation frame outside a fragmented message
    expected_continuation,   ///< a new message begins inside a fragmented message
    bad_utf8,                ///< text that is not UTF-8
    bad_compressed_data,     ///< a message that its codec cannot decode
    bad_close_payload,       ///< a close frame with a payload of one byte
    bad_close_code,          ///< a close code that is not allowed in a close frame
    frame_too_big,           ///< a frame exceeds its limit in bytes
    message_too_big,         ///< a message exceeds its limit in bytes
    too_many_fragments,      ///< a message has more fragments than its limit allows

    // the life of a connection
    handshake_timeout,  ///< the opening handshake took too long
    close_timeout,      ///< the peer did not answer the close in time
    idle_timeout,       ///< the peer neither sent bytes nor read queued output for too long
    pong_timeout,       ///< a ping was not answered in time
    message_timeout,    ///< the peer sent a message too slowly
    write_stalled,      ///< output waited, and the peer read none of it for too long
    unauthenticated,    ///< the client did not authenticate in time, or by its first message
    output_too_slow,    ///< output waited, and the peer read it below the minimum rate
    resolve_timeout,    ///< a host name was not resolved in time
    connect_timeout,    ///< the connection could not be established in time
    proxy_timeout,      ///< the proxy did not connect to the server in time
    tls_timeout,        ///< the TLS handshake took too long
    unexpected_eof,     ///< the stream ended without a close frame
    not_open,           ///< the connection is not (or no longer) open
    over_memory_budget, ///< the memory budget was exceeded, and this connection held the most
    queue_full,         ///< queued output exceeds its limit
    aborted,            ///< ended by the application without a closing handshake
    shut_down,          ///< ended because its endpoint was shut down
    handler_threw,      ///< a handler of the application threw an exception
    bad_argument,       ///< an argument that the protocol does not allow
    bad_address,        ///< neither ADDRESS:PORT nor unix:PATH

    // loops and endpoints
    no_resolver,           ///< a host name needs a resolver, and this loop has none
    no_tls,                ///< a `wss:` URI needs TLS, and the client has no TLS layer
    not_activated,         ///< no service manager has passed a descriptor (LISTEN_FDS)
    too_many_connections,  ///< the server's limit on connections was reached
    too_many_from_address, ///< the server's limit on connections per address was reached
    too_many_handshakes,   ///< the server's limit on unfinished handshakes was reached
    not_pollable,          ///< a regular file, or another descriptor that cannot be polled
    no_descriptor,         ///< this engine has no descriptor that a host could poll
    already_attached,      ///< the loop is already attached to a host
    signals_taken,         ///< another loop of this process handles signals
    forked,                ///< the loop belongs to the parent process
    gone,                  ///< the loop or the connection no longer exists

    // topics
    already_subscribed, ///< the connection subscribes to the topic already
    outcome_unknown,    ///< the broker did not answer: perhaps the publication was delivered
};

/// Families of errors, for comparison: `if (code == weft::condition::timeout)`.
enum class condition {
    protocol_error = 1, ///< the peer broke RFC 6455 or RFC 9112
    limit,              ///< a limit was reached
    timeout,            ///< a deadline passed; also std::errc::timed_out
    misuse,             ///< the application made a call that cannot succeed
    refused,            ///< the peer or a proxy refused, by TLS alert or by its answer
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
