// SPDX-License-Identifier: MIT
// The errors of WebSocket++'s protocol processors. Weft's session is the only processor here.
#pragma once

#include <string>

#include <websocketpp/close.hpp>
#include <websocketpp/common/system_error.hpp>

namespace websocketpp::processor {

namespace constants {

static char const upgrade_token[] = "websocket";
static char const connection_token[] = "Upgrade";
static char const handshake_guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 §4.2.2

} // namespace constants

namespace error {

enum processor_errors {
    general = 1,
    bad_request,             ///< a malformed request
    protocol_violation,      ///< the peer broke the protocol
    message_too_big,         ///< a message exceeds its limit
    invalid_payload,         ///< a payload that its type does not allow
    invalid_arguments,       ///< arguments that do not fit together
    invalid_opcode,          ///< an opcode that is not allowed there
    control_too_big,         ///< a control frame of more than 125 bytes
    invalid_rsv_bit,         ///< a reserved bit is set
    fragmented_control,      ///< a control frame in fragments
    invalid_continuation,    ///< a continuation without a beginning, or the reverse
    masking_required,        ///< a client's frame that is not masked
    masking_forbidden,       ///< a server's frame that is masked
    non_minimal_encoding,    ///< a length in more bytes than needed
    requires_64bit,          ///< a length that this machine cannot hold
    invalid_utf8,            ///< text that is not UTF-8
    not_implemented,         ///< not implemented
    invalid_http_method,     ///< a handshake that is not a GET
    invalid_http_version,    ///< a handshake in another version of HTTP
    invalid_http_status,     ///< the server's status is not 101
    missing_required_header, ///< a header of the handshake is missing or wrong
    sha1_library,            ///< never reported
    no_protocol_support,     ///< an unsupported version of the protocol
    reserved_close_code,     ///< a close code that is reserved
    invalid_close_code,      ///< a close code that is not allowed
    reason_requires_code,    ///< a reason without a close code
    subprotocol_parse_error, ///< malformed subprotocols
    extension_parse_error,   ///< malformed extensions
    extensions_disabled,     ///< an extension where none is allowed
    short_key3               ///< never reported
};

lib::error_category const& get_processor_category();

inline lib::error_code make_error_code(processor_errors which) {
    return lib::error_code(static_cast<int>(which), get_processor_category());
}

/// Returns the close code that reports `ec` to the peer; `blank` if it is no error of this kind.
close::status::value to_ws(lib::error_code ec);

} // namespace error

} // namespace websocketpp::processor

template <>
struct std::is_error_code_enum<websocketpp::processor::error::processor_errors> : std::true_type {
};
