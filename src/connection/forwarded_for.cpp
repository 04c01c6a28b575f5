// SPDX-License-Identifier: MIT
// X-Forwarded-For, read from its end.
#include "connection/forwarded_for.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include <weft/core/error.hpp>

namespace weft {
namespace {

constexpr std::string_view header_name = "X-Forwarded-For";

/// An address, "192.0.2.1:80" or "[::1]:80".
result<address> entry_address(std::string_view entry) {
    if (const auto bare = address::parse(entry, 0)) return bare;
    const auto colon = entry.rfind(':');
    if (colon == entry.npos) return failure(errc::bad_forwarded_for);
    const auto digits = entry.substr(colon + 1);
    const auto* const end = digits.data() + digits.size();
    std::uint16_t port = 0;
    const auto read = std::from_chars(digits.data(), end, port);
    const auto parsed = address::parse(entry.substr(0, colon), port);
    const bool ambiguous = parsed && parsed->kind() == address::family::ipv6 && entry[0] != '[';
    if (read.ec != std::errc{} || read.ptr != end || !parsed || ambiguous) {
        return failure(errc::bad_forwarded_for);
    }
    return parsed;
}

} // namespace

bool is_one_of(std::span<const address_prefix> set, const address& who) noexcept {
    return std::ranges::any_of(set, [&](const address_prefix& one) { return one.contains(who); });
}

result<address> forwarded_for(const http_request& request, const address& from,
                              std::span<const address_prefix> trusted) {
    std::vector<std::string_view> entries;
    for (std::size_t at = 0; at < request.size(); ++at) {
        const auto field = request.at(at);
        if (!equal_ignoring_case(field.name, header_name)) continue;
        for_each_list_item(field.value,
                           [&](std::string_view entry) { entries.push_back(entry); });
    }
    if (entries.empty() && request.header(header_name)) return failure(errc::bad_forwarded_for);
    address nearest = from;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        const auto met = entry_address(*entry);
        if (!met) return failure(met.error());
        nearest = *met;
        if (!is_one_of(trusted, nearest)) break;
    }
    return nearest;
}

} // namespace weft
