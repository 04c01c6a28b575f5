// SPDX-License-Identifier: MIT
// Reads and writes recordings of connections: the bytes that clients and servers sent, with times,
// as `weft record` writes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/core/time.hpp>

namespace weft::testing {

/// One line of a recording, after the first.
struct recorded_event {
    enum class kind : std::uint8_t {
        open,         ///< the connection began
        from_client,  ///< `bytes` have arrived from the client
        from_server,  ///< `bytes` have arrived from the server
        client_ended, ///< the client has ended its output
        server_ended, ///< the server has ended its output
        close         ///< the connection has ended
    };

    duration at{}; ///< since the beginning of the recording
    std::uint64_t connection = 0;
    kind what = kind::open;
    std::vector<std::byte> bytes = {};
};

/// The events of any number of connections, in the order of their times.
///
/// The format is text. The first line is `weft-recording 1`. Each other line is TIME CONNECTION
/// EVENT, separated by single spaces. TIME is in seconds, with up to nine digits after the point.
/// CONNECTION is a number from 1. EVENT is `open`, `client`, `server`, `client-end`, `server-end`
/// or `close`. After `client` and `server` come the bytes in base64 and, optionally, their CRC-32
/// (as in zlib) as eight hexadecimal digits. Empty lines, and lines that begin with `#`, are
/// skipped.
struct recording {
    std::vector<recorded_event> events = {};

    /// Returns the numbers of the connections, in the order in which they were opened.
    [[nodiscard]] std::vector<std::uint64_t> connections() const;

    /// Returns all bytes that one side of a connection sent: `from_client` or `from_server`.
    [[nodiscard]] std::vector<std::byte> received(std::uint64_t connection,
                                                  recorded_event::kind from) const;
};

/// The first line of a recording, including its line end.
inline constexpr std::string_view recording_head = "weft-recording 1\n";

/// Returns the line for an event, including its checksum and its line end.
[[nodiscard]] std::string to_line(const recorded_event& what);

/// Parses a recording. On error, returns nothing, and sets `fault` to a description such as "line
/// 7: the bytes do not match their checksum". Otherwise clears `fault`.
///
/// Times must not decrease. The events of a connection must be between its `open` and its `close`.
/// Each line must be complete. A connection may still be open at the end of the recording.
[[nodiscard]] std::optional<recording> parse_recording(std::string_view text, std::string& fault);

} // namespace weft::testing
