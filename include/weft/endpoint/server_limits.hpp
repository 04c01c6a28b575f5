// SPDX-License-Identifier: MIT
// How many a server lets in.
#pragma once

#include <chrono>
#include <cstddef>

#include <weft/core/session_options.hpp>

namespace weft {

/// Limits on the connections of one server, whichever of its doors they come through. Who exceeds
/// one is refused with 503.
struct server_limits {
    /// In all, those included that wait for the peer's end.
    std::size_t connections_max = unlimited;

    /// From one address. Those that came before this was set are not counted; Unix-domain peers
    /// have no address.
    std::size_t connections_per_address_max = unlimited;

    /// That have not opened yet: in their handshake, in a plain request, or refused and not yet
    /// gone. Each may hold `session_limits::header_size_max` bytes.
    std::size_t handshakes_max = 4096;

    /// Bits of an IPv6 address that count as one address: by default a network's.
    unsigned ipv6_prefix = 64;

    /// When the refused are asked to come again.
    std::chrono::seconds retry_after{5};
};

} // namespace weft
