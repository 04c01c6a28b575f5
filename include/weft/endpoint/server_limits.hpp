// SPDX-License-Identifier: MIT
// Limits on the connections that a server accepts.
#pragma once

#include <chrono>
#include <cstddef>

#include <weft/core/session_options.hpp>

namespace weft {

/// Limits on the connections of one server, across all of its listeners. A client beyond a limit is
/// refused with 503.
///
/// Addresses share the handshakes fairly: where a new client would be refused, the oldest handshake
/// of the address that has the most is ended instead, with `errc::too_many_handshakes`. Never ended
/// for this are handshakes that the application has deferred (`connection::defer`), those over
/// Unix-domain sockets, and those of trusted proxies that have not named a client.
struct server_limits {
    /// All connections, including those that wait for the peer's end.
    std::size_t connections_max = unlimited;

    /// Connections from one address. Those accepted before this was set are not counted;
    /// Unix-domain peers have no address.
    std::size_t connections_per_address_max = unlimited;

    /// Connections that have not opened yet: in their handshake, in a plain request, or refused and
    /// not yet gone. Each may hold `session_limits::header_size_max` bytes.
    std::size_t handshakes_max = 4096;

    /// Handshakes from one address; at this limit the oldest of them is ended when another client
    /// arrives from that address.
    std::size_t handshakes_per_address_max = 1024;

    /// Bytes of memory that peers may make this server's connections hold in total, besides the
    /// limit for all connections of the loop (`loop_options::memory_max`, 1 GiB): messages in
    /// progress, waiting input and output, HTTP heads, an estimate of TLS buffers. An idle
    /// connection holds none.
    ///
    /// Beyond it the connection that holds the most, within a factor of two, is ended with
    /// `errc::over_memory_budget`, then the next: with 1013, or without a close frame while output
    /// for its peer is queued. Connections that hold little continue, and new ones are accepted;
    /// new ones are refused only while no connection holds more than a handshake may. The sum is
    /// checked whenever a connection has been served, so what one read brings may exceed it until
    /// then.
    std::size_t memory_max = unlimited;

    /// Bits of an IPv6 address that count as one address: by default a /64 network.
    unsigned ipv6_prefix = 64;

    /// The Retry-After value sent to refused clients.
    std::chrono::seconds retry_after{5};
};

} // namespace weft
