// SPDX-License-Identifier: MIT
// How many a server lets in.
#pragma once

#include <chrono>
#include <cstddef>

#include <weft/core/session_options.hpp>

namespace weft {

/// Limits on the connections of one server, through all of its listeners. A client beyond one is
/// refused with 503.
///
/// Handshakes are fair to addresses: where a newcomer would be refused, the oldest handshake of the
/// address that has most of them makes room, and ends with `errc::too_many_handshakes`. Handshakes
/// that the application decides about (`connection::defer`), those over Unix-domain sockets and
/// those of trusted proxies that have not named a client do not make room for others.
struct server_limits {
    /// In all, those included that wait for the peer's end.
    std::size_t connections_max = unlimited;

    /// From one address. Those that came before this was set are not counted; Unix-domain peers
    /// have no address.
    std::size_t connections_per_address_max = unlimited;

    /// That have not opened yet: in their handshake, in a plain request, or refused and not yet
    /// gone. Each may hold `session_limits::header_size_max` bytes.
    std::size_t handshakes_max = 4096;

    /// The same from one address; beyond it the oldest one of that address makes room.
    std::size_t handshakes_per_address_max = 1024;

    /// Bytes that peers may make this server's connections hold together, beside what the loop
    /// allows for all on it (`loop_options::memory_max`, 1 GiB): messages in progress, input and
    /// output that wait, HTTP heads, TLS's buffers as an estimate. An idle connection holds none.
    ///
    /// Beyond it the connection that holds most, within a factor of two, is ended with
    /// `errc::over_memory_budget`, then the next: with 1013, or without a word if output that its
    /// peer does not read is in the way. Connections that hold little go on, and newcomers come in;
    /// these are refused only while nobody holds more than a handshake may. The sum is taken
    /// whenever a connection has been served, and may be exceeded until then by what one read
    /// brings.
    std::size_t memory_max = unlimited;

    /// Bits of an IPv6 address that count as one address: by default a network's.
    unsigned ipv6_prefix = 64;

    /// When the refused are asked to come again.
    std::chrono::seconds retry_after{5};
};

} // namespace weft
