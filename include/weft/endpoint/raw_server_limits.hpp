// SPDX-License-Identifier: MIT
// Limits on the connections that a raw server accepts.
#pragma once

#include <cstddef>

#include <weft/core/session_options.hpp>

namespace weft {

/// Limits on the connections of one raw server, across all of its listeners. A client beyond a
/// limit is closed without a message.
///
/// A connection is silent until the first byte of data has arrived; with TLS, bytes of the
/// handshake do not count. Instead of refusing a new client, the server may end the oldest silent
/// connection of the address that has the most of them, with `errc::too_many_handshakes`. It never
/// ends connections over Unix-domain sockets for this, nor connections that opened while none of
/// `connections_max`, `silent_max` and `silent_per_address_max` was set.
struct raw_server_limits {
    /// All connections, including those that wait for the peer to close. At this limit, a silent
    /// connection is ended only if its address has more silent connections than the new client's
    /// address would have, counting the new client.
    std::size_t connections_max = unlimited;

    /// Connections from one address. Connections accepted before this limit was set do not count,
    /// nor do those over Unix-domain sockets.
    std::size_t connections_per_address_max = unlimited;

    /// Silent connections; at this limit the oldest one of the address that has the most is ended.
    /// Leave it unlimited if clients of the protocol may wait for long before they send.
    std::size_t silent_max = unlimited;

    /// Silent connections from one address; at this limit the oldest of them is ended when another
    /// client arrives from that address.
    std::size_t silent_per_address_max = unlimited;

    /// Limit on the memory, in bytes, that peers make this server's connections hold in total:
    /// output that peers do not read, and an estimate of TLS buffers. Input is passed to the
    /// handler at once and holds no memory, except the bytes passed to `adopt` or `serve`. The
    /// limit for all connections of the loop (`loop_options::memory_max`, 1 GiB) applies as well.
    ///
    /// When the limit is exceeded, the connection that holds the most is ended with
    /// `errc::over_memory_budget`, then the next; see `server_limits::memory_max`.
    std::size_t memory_max = unlimited;

    /// Prefix length of the IPv6 networks that count as one address.
    unsigned ipv6_prefix = 64;
};

} // namespace weft
