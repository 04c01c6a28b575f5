// SPDX-License-Identifier: MIT
// The part of an address to which limits per address apply: a whole IPv4 address, mapped or not, or
// the network prefix of an IPv6 address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <weft/core/random_source.hpp>
#include <weft/core/address.hpp>

namespace weft {

using counted_address = std::array<std::uint8_t, 16>;

/// Returns the counted part of `peer`, an IP address; for IPv6 the bits after `ipv6_prefix` are 0.
[[nodiscard]] counted_address counted(const address& peer, unsigned ipv6_prefix) noexcept;

/// A keyed hash, because peers could choose addresses whose hashes collide.
class counted_address_hash {
public:
    explicit counted_address_hash(random_source& random);

    std::size_t operator()(const counted_address& of) const noexcept;

private:
    std::array<std::uint64_t, 2> key_{};
};

} // namespace weft
