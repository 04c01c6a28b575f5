// SPDX-License-Identifier: MIT
// What a session begins with: limits on what a peer may send, timeouts, and a handshake that was
// completed elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include <weft/core/frame.hpp>
#include <weft/core/message_codec.hpp>
#include <weft/core/random_source.hpp>
#include <weft/core/time.hpp>
#include <weft/core/wall_clock.hpp>

namespace weft {

class extension_negotiator;

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// Limits on what the peer sends. A value equal to its limit is allowed; a larger one ends the
/// connection, with the HTTP status or close code given below.
struct session_limits {
    std::size_t header_size_max = 16 * 1024;         ///< bytes of the HTTP head; 431
    std::size_t header_count_max = 100;              ///< headers of the HTTP head; 431
    std::size_t body_size_max = 64 * 1024;           ///< bytes of a plain request's body; 413
    std::size_t request_count_max = 100;             ///< plain requests of a connection
    std::size_t message_size_max = 16 * 1024 * 1024; ///< bytes of a message; 1009
    std::size_t frame_size_max = unlimited;          ///< payload bytes of a frame; 1009
    std::size_t fragment_count_max = 128 * 1024;     ///< frames of a message; 1008

    /// Bytes of a message before it is decompressed; 1009. (`message_size_max` limits the
    /// decompressed message.) 0 means `message_size_max` plus one sixteenth of it plus 64 bytes.
    std::size_t compressed_size_max = 0;

    /// The lowest acceptable rate of a message in progress, in bytes of payload per second. The
    /// delay of a slower message counts towards `session_timeouts::message`. 0 means no minimum:
    /// then each byte of payload restarts that timeout.
    std::size_t message_rate_min = 1024;

    /// The lowest acceptable rate at which the peer takes queued output, in bytes per second,
    /// measured over `session_timeouts::write_stall` (30 s if that is off). A slower peer ends the
    /// session with `errc::output_too_slow`. 0 means no minimum: then a peer that takes one byte
    /// now and then may hold the queue for as long as it likes.
    ///
    /// Off by default, because a slow network looks the same, and only the application knows which
    /// readers it serves. The limit on queued output and the memory budgets bound what such peers
    /// hold.
    std::size_t output_rate_min = 0;
};

/// How long a session waits. Zero means no timeout.
///
/// A sign of life is a received byte, or queued output that the peer has read. For each timeout,
/// docs/timeouts-and-limits.md says when it begins, what postpones it and how it ends.
struct session_timeouts {
    /// The time until `open`. A server's begins with the session, that is, when the client
    /// connects, and includes TLS. A client's begins when its request has been sent.
    duration handshake = std::chrono::seconds(10);
    duration close = std::chrono::seconds(5);      ///< for the peer's part of the closing handshake
    duration idle{};                               ///< without a sign of life; ends with 1001
    duration ping_interval = std::chrono::seconds(25); ///< without a sign of life; sends a ping
    duration pong = std::chrono::seconds(20);      ///< without a byte after a ping; ends with 1011

    /// How far a message in progress may fall behind `session_limits::message_rate_min`; then the
    /// session fails with 1008. A peer that stops in the middle of a message has this long; pings,
    /// pongs and empty fragments do not extend it. The default exceeds `ping_interval` plus `pong`,
    /// so that an unreachable peer is reported as `errc::pong_timeout`.
    duration message = std::chrono::seconds(60);

    /// How long output may wait while the peer reads none of it; then the session ends. While
    /// output waits, this timeout replaces the others, because a peer that reads is alive. The
    /// timeouts for the peer's answer (`close`, `pong` and a client's `handshake`) begin when all
    /// output has been sent.
    duration write_stall = std::chrono::seconds(30);
    duration keep_alive = std::chrono::seconds(10); ///< between plain requests; then closes
};

/// Options of sessions. May be shared by many sessions and must outlive them.
struct session_options {
    weft::role role = role::server;
    session_limits limits = {};
    session_timeouts timeouts = {};
    random_source* random = nullptr; ///< for a client's masking keys and nonces; unused by a server

    /// Negotiates the compression of messages; null for none.
    extension_negotiator* extension = nullptr;

    /// The clock for the Date header of a server's responses; null for no Date header.
    const wall_clock* clock = nullptr;

    /// Reports each message as `part` events, as its bytes arrive, and assembles none.
    ///
    /// Then `session_limits::message_size_max` is the most bytes of one part: longer input is
    /// reported in several parts, and messages and frames may have any length up to
    /// `frame_size_max`. `compressed_size_max` has no effect, and `fragment_count_max` limits the
    /// frames without payload between two parts. Must not change while the session is open.
    bool receives_parts = false;

    /// Server: reports a plain request with a body as a `body` event without payload, when its head
    /// has arrived. Then `session::receive_body_in_parts` may be called; otherwise the body is
    /// collected, as without this option, and the `http` event follows.
    bool reports_bodies = false;

    /// Answers each ping with a pong before the `ping` event. If false, the caller answers with
    /// `session::pong`; a peer that gets no answers may end the connection. RFC 6455 §5.5.3.
    bool answers_pings = true;

    /// The Retry-After header of a server's refusals with 503; zero for none.
    std::chrono::seconds retry_after{};
};

/// The result of a handshake that was completed outside of the session.
struct agreed_handshake {
    std::string subprotocol = {}; ///< empty for none
    message_codec_ptr codec = {}; ///< null for no extension
};

} // namespace weft
