// SPDX-License-Identifier: MIT
// What a connection has carried, and how fast its peer answers pings.
#pragma once

#include <cstdint>

#include <weft/core/time.hpp>

namespace weft {

/// What one connection has received and sent.
///
/// Bytes are those of the stream: with frame headers and the opening handshake, after compression,
/// before TLS encrypts them. Bytes that wait in this program's queue do not count as sent: when the
/// end is reported, the last close frame may still wait.
struct traffic {
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t messages_received = 0; ///< whole messages, without control frames
    std::uint64_t messages_sent = 0;

    traffic& operator+=(const traffic& other) noexcept {
        bytes_received += other.bytes_received;
        bytes_sent += other.bytes_sent;
        messages_received += other.messages_received;
        messages_sent += other.messages_sent;
        return *this;
    }
    friend bool operator==(const traffic&, const traffic&) = default;
};

/// The time from when a ping left this program until its pong was read, in steps of a microsecond.
struct round_trip_time {
    duration last{};     ///< of the latest ping that was answered
    duration smoothed{}; ///< an average in which the latest counts one eighth (RFC 6298 §2)
};

} // namespace weft
