// SPDX-License-Identifier: MIT
// Parses address prefixes, and compares addresses with them bit by bit.
#include <weft/stream/address_prefix.hpp>

#include <algorithm>
#include <charconv>

#include <weft/core/error.hpp>

#include "core/mapped_address.hpp"

namespace weft {
namespace {

constexpr unsigned ipv6_bits = 128;
constexpr unsigned mapped_bits = 96; // before the IPv4 address. RFC 4291 §2.5.5.2

} // namespace

result<address_prefix> address_prefix::parse(std::string_view text) {
    address_prefix parsed;
    if (text == "unix:") {
        parsed.local_ = true;
        return parsed;
    }
    const auto slash = text.find('/');
    const auto base = address::parse(text.substr(0, slash), 0);
    if (!base || base->scope() != 0) return failure(errc::bad_argument);
    const unsigned before = base->kind() == address::family::ipv4 ? mapped_bits : 0;
    unsigned length = ipv6_bits - before;
    if (slash != text.npos) {
        const auto digits = text.substr(slash + 1);
        const auto* const end = digits.data() + digits.size();
        const auto longest = length;
        const auto read = std::from_chars(digits.data(), end, length);
        if (read.ec != std::errc{} || read.ptr != end || length > longest) {
            return failure(errc::bad_argument);
        }
    }
    parsed.base_ = *base;
    parsed.bits_ = before + length;
    return parsed;
}

bool address_prefix::contains(const address& where) const noexcept {
    if (local_ || !where.is_ip()) return local_ && where.is_local();
    const ipv6_bytes mine = as_ipv6(base_);
    const ipv6_bytes other = as_ipv6(where);
    const unsigned whole = bits_ / 8;
    if (!std::equal(mine.begin(), mine.begin() + whole, other.begin())) return false;
    const unsigned rest = bits_ % 8;
    return rest == 0 || (mine[whole] ^ other[whole]) >> (8 - rest) == 0;
}

} // namespace weft
