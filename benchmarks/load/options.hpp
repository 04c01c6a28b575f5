// SPDX-License-Identifier: MIT
//
// What the generator is asked to do, read from the command line. Knows no socket.

#pragma once

#include "wire.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace weft::load {

/// What is spoken: plain bytes of the same number, or WebSocket.
enum class protocol { raw, ws };

/// What is counted: messages on connections that stay, or connections that are opened one by one
/// and left at once.
enum class measure_of { messages, openings };

struct options {
    protocol speaks = protocol::ws;
    encryption encrypted = encryption::none;
    measure_of counts = measure_of::messages;
    std::uint16_t port = 0;
    std::string path = "/echo";
    std::size_t connections = 1;
    std::size_t size = 20;  ///< Payload bytes of a message.
    std::string deflated;   ///< A file with a compressed payload to send instead; empty for none.
    std::size_t depth = 1;  ///< Messages in flight on each connection, written in one send.
    std::size_t idle = 0;   ///< Further connections that are opened and then left alone.
    std::chrono::duration<double> rest{0};  ///< Time in which nobody says anything, at the end.
    std::chrono::duration<double> warmup{0.3};
    std::chrono::duration<double> seconds{2.0};
    pid_t pid = 0;  ///< The server's process; 0 leaves its costs out.
};

/// Reads `load raw|ws --port N [...]`; throws std::invalid_argument with the usage text.
options parse_options(int argc, char** argv);

}  // namespace weft::load
