// SPDX-License-Identifier: MIT
// Opcodes, limits and headers of frames (RFC 6455 §5.2), as WebSocket++ exposes them.
#pragma once

#include <string>

#include <stdint.h>

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

/// The first two bytes of a frame.
struct basic_header {
    basic_header() : b0(0), b1(0) {}
    basic_header(uint8_t first, uint8_t second) : b0(first), b1(second) {}

    uint8_t b0;
    uint8_t b1;
};

inline bool get_fin(basic_header const& h) {
    return (h.b0 & 0x80) != 0;
}
inline bool get_rsv1(basic_header const& h) {
    return (h.b0 & 0x40) != 0;
}
inline bool get_rsv2(basic_header const& h) {
    return (h.b0 & 0x20) != 0;
}
inline bool get_rsv3(basic_header const& h) {
    return (h.b0 & 0x10) != 0;
}
inline opcode::value get_opcode(basic_header const& h) {
    return opcode::value(h.b0 & 0x0f);
}
inline bool get_masked(basic_header const& h) {
    return (h.b1 & 0x80) != 0;
}
inline uint8_t get_basic_size(basic_header const& h) {
    return h.b1 & 0x7f;
}

} // namespace websocketpp::frame
