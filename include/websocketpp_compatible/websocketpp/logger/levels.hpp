// SPDX-License-Identifier: MIT
// The channels of the two logs, as bits.
#pragma once

#include <stdint.h>

namespace websocketpp::log {

typedef uint32_t level;

/// Tells the constructor of a log which log it is: `basic` writes errors to std::cerr.
struct channel_type_hint {
    typedef uint32_t value;

    static constexpr value none = 0;
    static constexpr value access = 1;
    static constexpr value error = 2;
};

/// Channels of the error log.
struct elevel {
    static constexpr level none = 0x0;
    static constexpr level devel = 0x1;
    static constexpr level library = 0x2;
    static constexpr level info = 0x4;
    static constexpr level warn = 0x8;
    static constexpr level rerror = 0x10;
    static constexpr level fatal = 0x20;
    static constexpr level all = 0xffffffff;

    static char const* channel_name(level channel) {
        switch (channel) {
        case devel: return "devel";
        case library: return "library";
        case info: return "info";
        case warn: return "warning";
        case rerror: return "error";
        case fatal: return "fatal";
        default: return "unknown";
        }
    }
};

/// Channels of the access log.
struct alevel {
    static constexpr level none = 0x0;
    static constexpr level connect = 0x1;
    static constexpr level disconnect = 0x2;
    static constexpr level control = 0x4;
    static constexpr level frame_header = 0x8;
    static constexpr level frame_payload = 0x10;
    static constexpr level message_header = 0x20;
    static constexpr level message_payload = 0x40;
    static constexpr level endpoint = 0x80;
    static constexpr level debug_handshake = 0x100;
    static constexpr level debug_close = 0x200;
    static constexpr level devel = 0x400;
    static constexpr level app = 0x800;
    static constexpr level http = 0x1000;
    static constexpr level fail = 0x2000;
    static constexpr level access_core = 0x00003003;
    static constexpr level all = 0xffffffff;

    static char const* channel_name(level channel) {
        switch (channel) {
        case connect: return "connect";
        case disconnect: return "disconnect";
        case control: return "control";
        case frame_header: return "frame_header";
        case frame_payload: return "frame_payload";
        case message_header: return "message_header";
        case message_payload: return "message_payload";
        case endpoint: return "endpoint";
        case debug_handshake: return "debug_handshake";
        case debug_close: return "debug_close";
        case devel: return "devel";
        case app: return "application";
        case http: return "http";
        case fail: return "fail";
        default: return "unknown";
        }
    }
};

} // namespace websocketpp::log
