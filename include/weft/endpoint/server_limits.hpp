// SPDX-License-Identifier: MIT
// Limits on the connections that a server accepts.
#pragma once

#include <chrono>
#include <cstddef>

#include <weft/core/session_options.hpp>

namespace weft {

/// Limits on the connections of one server, across all of its listeners. A client beyond a limit is
/// refused with 503, or closed without a response if its listener uses TLS.
///
/// Addresses share the handshakes fairly: instead of refusing a new client, the server ends the
/// oldest handshake of the address that has the most, with `errc::too_many_handshakes`. Three kinds
/// of handshakes are never ended for this: those that the application has deferred
/// (`connection::defer`), those over Unix-domain sockets, and those of trusted proxies that have
/// not yet reported a client's address.
struct server_limits {
    /// All connections, including those that wait for the peer to close.
    std::size_t connections_max = unlimited;

    /// Connections from one address. Connections accepted before this limit was set do not count,
    /// nor do those over Unix-domain sockets.
    std::size_t connections_per_address_max = unlimited;

    /// Connections that have not opened: in their handshake, in a plain request, or refused and not
    /// yet closed. Each may hold `session_limits::header_size_max` bytes.
    std::size_t handshakes_max = 4096;

    /// Handshakes from one address; at this limit the oldest of them is ended when another client
    /// arrives from that address.
    std::size_t handshakes_per_address_max = 1024;

    /// Limit on the memory, in bytes, that peers make this server's connections hold in total:
    /// messages in progress, queued input and output, HTTP heads, and an estimate of TLS buffers.
    /// An idle connection holds none. The limit for all connections of the loop
    /// (`loop_options::memory_max`, 1 GiB) applies as well.
    ///
    /// When the limit is exceeded, the connection that holds the most (within a factor of two) is
    /// ended with `errc::over_memory_budget`, then the next, until the sum is within the limit. The
    /// close code is 1013; no close frame is sent if output for its peer is queued. A new client is
    /// refused only if a handshake (24 KiB) does not fit, and no connection holds more than that.
    /// The sum is checked after each connection that was served, and may exceed the limit until
    /// then.
    std::size_t memory_max = unlimited;

    /// Prefix length of the IPv6 networks that count as one address.
    unsigned ipv6_prefix = 64;

    /// The Retry-After value sent to refused clients.
    std::chrono::seconds retry_after{5};
};

} // namespace weft
