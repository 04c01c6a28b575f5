// SPDX-License-Identifier: MIT
// Close codes (RFC 6455 §7.4) with the names of WebSocket++.
#pragma once

#include <map>
#include <string>

#include <stdint.h>

#include <websocketpp/common/network.hpp>
#include <websocketpp/error.hpp>
#include <websocketpp/utf8_validator.hpp>

namespace websocketpp::close {

namespace status {

typedef uint16_t value;

static value const blank = 0;           ///< no code was set
static value const omit_handshake = 1;  ///< ends the connection without a closing handshake
static value const force_tcp_drop = 2;  ///< the same
static value const normal = 1000;
static value const going_away = 1001;
static value const protocol_error = 1002;
static value const unsupported_data = 1003;
static value const no_status = 1005;      ///< the close frame had no code; never sent
static value const abnormal_close = 1006; ///< there was no close frame; never sent
static value const invalid_payload = 1007;
static value const policy_violation = 1008;
static value const message_too_big = 1009;
static value const extension_required = 1010;
static value const internal_endpoint_error = 1011;
static value const service_restart = 1012;
static value const try_again_later = 1013;
static value const bad_gateway = 1014;
static value const tls_handshake = 1015; ///< never sent
static value const subprotocol_error = 3000;
static value const invalid_subprotocol_data = 3001;

static value const rsv_start = 1016;
static value const rsv_end = 2999;
static value const invalid_low = 999;
static value const invalid_high = 5000;

/// Returns whether a code is reserved for later versions of the protocol.
inline bool reserved(value code) {
    return (code >= rsv_start && code <= rsv_end) || code == 1004;
}

/// Returns whether a code must not be in a close frame.
inline bool invalid(value code) {
    return code <= invalid_low || code >= invalid_high || code == no_status ||
           code == abnormal_close || code == tls_handshake;
}

/// Returns whether a connection cannot go on after this code.
inline bool terminal(value code) {
    return code >= protocol_error && code != 1004 && code <= internal_endpoint_error;
}

std::string get_string(value code);

} // namespace status

/// A code as a number and as its two bytes.
union code_converter {
    uint16_t i;
    char c[2];
};

/// Returns the code of a close frame's payload; `no_status` if it is empty.
status::value extract_code(std::string const& payload, lib::error_code& ec);

/// Returns the reason of a close frame's payload; `ec` reports text that is not UTF-8.
std::string extract_reason(std::string const& payload, lib::error_code& ec);

} // namespace websocketpp::close
