// SPDX-License-Identifier: MIT
// What a peer may make a session spend: limits in bytes and numbers, timeouts in time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include <weft/core/frame.hpp>
#include <weft/core/random_source.hpp>
#include <weft/core/time.hpp>
#include <weft/core/wall_clock.hpp>

namespace weft {

class extension_negotiator;

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// Limits on what the peer sends. Reaching one is allowed, exceeding it ends the connection.
struct session_limits {
    std::size_t header_size_max = 16 * 1024;         ///< bytes of the HTTP head; 431
    std::size_t header_count_max = 100;              ///< headers in it; 431
    std::size_t body_size_max = 64 * 1024;           ///< bytes of a plain request's body; 413
    std::size_t request_count_max = 100;             ///< plain requests of one connection
    std::size_t message_size_max = 16 * 1024 * 1024; ///< bytes of a message; 1009
    std::size_t frame_size_max = unlimited;          ///< bytes of a frame; 1009
    std::size_t fragment_count_max = 128 * 1024;     ///< frames of a message; 1008

    /// Bytes of a compressed message as they come, while `message_size_max` is on what it becomes;
    /// 1009. 0 for that, a sixteenth of it and 64 bytes more.
    std::size_t compressed_size_max = 0;

    /// Bytes of payload per second below which a message in progress uses up
    /// `session_timeouts::message`. 0 for none: then any byte of payload renews that time.
    std::size_t message_rate_min = 1024;
};

/// How long a session waits. Zero means for ever.
///
/// A sign of life is a received byte, or queued output that the peer took. For each timeout,
/// docs/timeouts-and-limits.md says when it begins, what postpones it and how it ends.
struct session_timeouts {
    /// To `open`. A server's begins with the session, so with the client's connection, and covers
    /// TLS; a client's begins when its request has left.
    duration handshake = std::chrono::seconds(10);
    duration close = std::chrono::seconds(5);      ///< for the peer's part of the close
    duration idle{};                               ///< without a sign of life: the end, 1001
    duration ping_interval = std::chrono::seconds(30); ///< without a sign of life: a ping
    duration pong = std::chrono::seconds(20);      ///< without a byte after a ping: the end, 1011

    /// How far a message in progress may fall behind `session_limits::message_rate_min`: the end,
    /// 1008. A peer that sends nothing more of a message that it has begun has this long; pings,
    /// pongs and empty fragments in between count for nothing. Longer than a ping and its answer
    /// take by default, so that a peer that is only out of reach is found out by that.
    duration message = std::chrono::seconds(60);

    /// Output waits, and the peer has taken none of it for so long: the end. While output waits
    /// this one counts in place of the others, for a peer that takes bytes is alive. Those for its
    /// answer, `close`, `pong` and a client's `handshake`, begin when all has left.
    duration write_stall = std::chrono::seconds(30);
    duration keep_alive = std::chrono::seconds(10); ///< between two plain requests; then the end
};

/// What a session is built with. Shared by many sessions and must outlive them.
struct session_options {
    weft::role role = role::server;
    session_limits limits = {};
    session_timeouts timeouts = {};
    random_source* random = nullptr; ///< a client's masking keys and nonces; a server needs none

    /// Offers or chooses what messages are compressed with; null for nothing.
    extension_negotiator* extension = nullptr;

    /// For Date in the responses of a server; null for responses without it.
    const wall_clock* clock = nullptr;
};

} // namespace weft
