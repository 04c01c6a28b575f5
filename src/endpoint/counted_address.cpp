// SPDX-License-Identifier: MIT
// Address prefixes, and their hash.
#include "endpoint/counted_address.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "core/mapped_address.hpp"

namespace weft {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_ipv4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned ipv6_bits = 128;

/// The finalizer of MurmurHash3: every bit of the result depends on every bit of the input.
std::uint64_t mix(std::uint64_t bits) noexcept {
    bits = (bits ^ (bits >> 33)) * 0xff51afd7ed558ccdULL;
    bits = (bits ^ (bits >> 33)) * 0xc4ceb9fe1a85ec53ULL;
    return bits ^ (bits >> 33);
}

} // namespace

/// An IPv4 address counts the same when it arrives at an IPv6 socket.
counted_address counted(const address& peer, unsigned ipv6_prefix) noexcept {
    counted_address where = as_ipv6(peer);
    if (std::ranges::equal(mapped_ipv4, std::span(where).first(mapped_ipv4.size()))) return where;
    for (unsigned bit = std::min(ipv6_prefix, ipv6_bits); bit < ipv6_bits; ++bit) {
        where[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
    }
    return where;
}

counted_address_hash::counted_address_hash(random_source& random) {
    random.fill(std::as_writable_bytes(std::span(key_)));
}

std::size_t counted_address_hash::operator()(const counted_address& of) const noexcept {
    std::array<std::uint64_t, 2> halves{};
    std::memcpy(halves.data(), of.data(), of.size());
    return static_cast<std::size_t>(mix(mix(halves[0] ^ key_[0]) ^ halves[1] ^ key_[1]));
}

} // namespace weft
