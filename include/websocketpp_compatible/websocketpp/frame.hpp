// SPDX-License-Identifier: MIT
// Opcodes, limits and headers of frames (RFC 6455 §5.2), as WebSocket++ exposes them.
#pragma once

#include <string>

#include <stdint.h>

#include <websocketpp/common/network.hpp>
#include <websocketpp/common/system_error.hpp>
#include <websocketpp/utilities.hpp>

namespace websocketpp::frame {

static unsigned int const BASIC_HEADER_LENGTH = 2;
static unsigned int const MAX_HEADER_LENGTH = 14;
static unsigned int const MAX_EXTENDED_HEADER_LENGTH = 12;

namespace opcode {

enum value {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    rsv3 = 0x3,
    rsv4 = 0x4,
    rsv5 = 0x5,
    rsv6 = 0x6,
    rsv7 = 0x7,
    close = 0x8,
    ping = 0x9,
    pong = 0xA,
    control_rsvb = 0xB,
    control_rsvc = 0xC,
    control_rsvd = 0xD,
    control_rsve = 0xE,
    control_rsvf = 0xF,

    CONTINUATION = 0x0,
    TEXT = 0x1,
    BINARY = 0x2,
    RSV3 = 0x3,
    RSV4 = 0x4,
    RSV5 = 0x5,
    RSV6 = 0x6,
    RSV7 = 0x7,
    CLOSE = 0x8,
    PING = 0x9,
    PONG = 0xA,
    CONTROL_RSVB = 0xB,
    CONTROL_RSVC = 0xC,
    CONTROL_RSVD = 0xD,
    CONTROL_RSVE = 0xE,
    CONTROL_RSVF = 0xF
};

inline bool reserved(value op) {
    return (op >= rsv3 && op <= rsv7) || (op >= control_rsvb && op <= control_rsvf);
}
inline bool invalid(value op) {
    return op > control_rsvf || op < continuation;
}
inline bool is_control(value op) {
    return op >= close;
}

} // namespace opcode

namespace limits {

static unsigned int const basic_header_length = 2;
static unsigned int const max_header_length = 14;
static unsigned int const max_extended_header_length = 12;
static uint8_t const payload_size_basic = 125;
static uint16_t const payload_size_extended = 0xFFFF;
static uint64_t const payload_size_jumbo = 0x7FFFFFFFFFFFFFFFLL;
static uint8_t const close_reason_size = 123;

} // namespace limits

} // namespace websocketpp::frame

#include <websocketpp/detail/frame_header.hpp>
