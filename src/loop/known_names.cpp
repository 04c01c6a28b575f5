// SPDX-License-Identifier: MIT
// Numeric addresses, and localhost.
#include "loop/known_names.hpp"

#include <weft/core/http_fields.hpp>

#include "loop/system.hpp"

namespace weft {
namespace {

bool is_local(std::string_view host) noexcept {
    constexpr std::string_view name = "localhost";
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.size() < name.size()) return false;
    const auto above = host.size() - name.size();
    return equal_ignoring_case(host.substr(above), name) && (above == 0 || host[above - 1] == '.');
}

/// Parses a numeric address, also one whose scope is an interface name, as in "fe80::1%eth0".
result<address> numeric_address(std::string_view host, std::uint16_t port) {
    const auto numeric = address::parse(host, port);
    if (numeric || host.find('%') == host.npos) return numeric;
    auto bare = host;
    if (bare.starts_with('[') && bare.ends_with(']')) bare = bare.substr(1, bare.size() - 2);
    const auto zone = bare.find('%');
    const auto scope = interface_index(bare.substr(zone + 1));
    const auto ip = address::parse(bare.substr(0, zone), port);
    if (scope == 0 || !ip || ip->kind() != address::family::ipv6) return numeric;
    return address::ipv6(ip->bytes(), port, scope);
}

} // namespace

std::vector<address> known_addresses(std::string_view host, std::uint16_t port) {
    if (is_local(host)) return {*address::parse("::1", port), *address::parse("127.0.0.1", port)};
    if (const auto numeric = numeric_address(host, port)) return {*numeric};
    return {};
}

} // namespace weft
