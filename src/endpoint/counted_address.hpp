// SPDX-License-Identifier: MIT
// An address as far as limits count it: IPv4 alike through any socket, IPv6 up to its network.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <weft/core/random_source.hpp>
#include <weft/core/address.hpp>

namespace weft {

using counted_address = std::array<std::uint8_t, 16>;

/// `peer`, which has an IP address, without the bits behind `ipv6_prefix` if it is IPv6.
[[nodiscard]] counted_address counted(const address& peer, unsigned ipv6_prefix) noexcept;

/// Keyed, as peers choose their addresses.
class counted_address_hash {
public:
    explicit counted_address_hash(random_source& random);

    std::size_t operator()(const counted_address& of) const noexcept;

private:
    std::array<std::uint64_t, 2> key_{};
};

} // namespace weft
