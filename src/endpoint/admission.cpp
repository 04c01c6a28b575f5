// SPDX-License-Identifier: MIT
// Counting.
#include "endpoint/admission.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include <weft/core/error.hpp>
#include <weft/core/handshake.hpp>

namespace weft {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_ipv4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned ipv6_bits = 128;

std::array<std::uint64_t, 2> random_key(random_source& random) {
    std::array<std::uint64_t, 2> key{};
    random.fill(std::as_writable_bytes(std::span(key)));
    return key;
}

/// The finalizer of MurmurHash3: every bit of the result depends on every bit of the input.
std::uint64_t mix(std::uint64_t bits) noexcept {
    bits = (bits ^ (bits >> 33)) * 0xff51afd7ed558ccdULL;
    bits = (bits ^ (bits >> 33)) * 0xc4ceb9fe1a85ec53ULL;
    return bits ^ (bits >> 33);
}

} // namespace

admission::admission(random_source& random) : counts_(0, place_hash{random_key(random)}) {
    set({});
}

void admission::set(const server_limits& limits) {
    auto response = refusal(errc::too_many_connections);
    response.headers.push_back({"Retry-After", std::to_string(limits.retry_after.count())});
    words_ = *serialize(response);
    limits_ = limits;
}

std::error_code admission::judge(const address& peer, std::size_t connections,
                                 std::size_t handshakes) const {
    if (connections >= limits_.connections_max) return errc::too_many_connections;
    if (handshakes >= limits_.handshakes_max) return errc::too_many_handshakes;
    return judge_address(peer);
}

std::error_code admission::judge_address(const address& peer) const {
    if (!counts(peer)) return {};
    const auto here = counts_.find(place_of(peer));
    const std::size_t count = here == counts_.end() ? 0 : here->second;
    if (count >= limits_.connections_per_address_max) return errc::too_many_from_address;
    return {};
}

void admission::entered(const connection& who, const address& peer) {
    if (!counts(peer)) return;
    auto& home = *counts_.try_emplace(place_of(peer), 0).first;
    // Without memory for it a place with no one stays: harmless.
    if (homes_.try_emplace(&who, &home).second) ++home.second;
}

void admission::left(const connection& who) noexcept {
    if (homes_.empty()) return;
    const auto found = homes_.find(&who);
    if (found == homes_.end()) return;
    auto* home = found->second;
    homes_.erase(found);
    if (--home->second == 0) counts_.erase(place(home->first));
}

bool admission::counts(const address& peer) const noexcept {
    return limits_.connections_per_address_max != unlimited && peer.is_ip();
}

/// An IPv4 address is the same one when it comes to a socket of IPv6.
admission::place admission::place_of(const address& peer) const noexcept {
    place where{};
    if (peer.kind() == address::family::ipv4) {
        std::ranges::copy(mapped_ipv4, where.begin());
        std::copy_n(peer.bytes().begin(), 4, where.begin() + mapped_ipv4.size());
        return where;
    }
    where = peer.bytes();
    if (std::ranges::equal(mapped_ipv4, std::span(where).first(mapped_ipv4.size()))) return where;
    for (unsigned bit = std::min(limits_.ipv6_prefix, ipv6_bits); bit < ipv6_bits; ++bit) {
        where[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
    }
    return where;
}

std::size_t admission::place_hash::operator()(const place& where) const noexcept {
    std::array<std::uint64_t, 2> halves{};
    std::memcpy(halves.data(), where.data(), where.size());
    return static_cast<std::size_t>(mix(mix(halves[0] ^ key[0]) ^ halves[1] ^ key[1]));
}

} // namespace weft
