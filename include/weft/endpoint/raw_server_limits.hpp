// SPDX-License-Identifier: MIT
// Limits on the connections that a raw server accepts.
#pragma once

#include <cstddef>

#include <weft/core/session_options.hpp>

namespace weft {

/// Limits on the connections of one raw server, across all of its listeners. A client beyond a
/// limit is closed without a message.
///
/// A connection is silent until its first byte has arrived; with TLS this means after the
/// handshake. Where a new client would be refused, the oldest silent connection of the address that
/// has the most of them may be ended instead, with `errc::too_many_handshakes`. Silent connections
/// are counted while `connections_max`, `silent_max` or `silent_per_address_max` is set. Those over
/// Unix-domain sockets, and those accepted before that, are never ended for this.
struct raw_server_limits {
    /// All connections, including those that wait for the peer's end. At this limit a silent
    /// connection is ended only if its address has more of them than the new client's would have.
    std::size_t connections_max = unlimited;

    /// Connections from one address. Those accepted before this was set are not counted;
    /// Unix-domain peers have no address.
    std::size_t connections_per_address_max = unlimited;

    /// Silent connections; at this limit the oldest one of the address that has the most is ended.
    /// Leave it unlimited if clients of the protocol may wait for long before they send.
    std::size_t silent_max = unlimited;

    /// Silent connections from one address; at this limit the oldest of them is ended when another
    /// client arrives from that address.
    std::size_t silent_per_address_max = unlimited;

    /// Bytes of memory that peers may make this server's connections hold in total, besides the
    /// limit for all connections of the loop (`loop_options::memory_max`, 1 GiB): output that they
    /// do not read, and an estimate of TLS buffers. Input is passed to the handler at once and
    /// holds none.
    ///
    /// Beyond it the connection that holds the most is ended with `errc::over_memory_budget`, then
    /// the next; see `server_limits::memory_max`.
    std::size_t memory_max = unlimited;

    /// Bits of an IPv6 address that count as one address: by default a /64 network.
    unsigned ipv6_prefix = 64;
};

} // namespace weft
