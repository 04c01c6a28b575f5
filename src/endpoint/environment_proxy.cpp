// SPDX-License-Identifier: MIT
// Reads http_proxy, no_proxy and the related environment variables.
#include <weft/endpoint/environment_proxy.hpp>

#include <cstdlib>
#include <initializer_list>

#include <weft/core/http_fields.hpp>
#include <weft/stream/address_prefix.hpp>

#include "endpoint/proxy.hpp"

namespace weft {
namespace {

std::string of_this_process(const char* name) {
    const char* const value = std::getenv(name);
    return value ? value : "";
}

std::string first_of(environment where, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (auto value = where(name); !value.empty()) return value;
    }
    return {};
}

/// Removes ":port" from the entry; returns false if the entry is for another port.
bool take_port(std::string_view& entry, std::uint16_t port) {
    const auto colon = entry.rfind(':');
    const bool bracket_follows = colon != entry.npos && entry.find(']', colon) != entry.npos;
    if (colon == entry.npos || bracket_follows) return true;
    if (entry.find(':') != colon && !entry.starts_with('[')) return true; // IPv6
    const bool same = entry.substr(colon + 1) == std::to_string(port);
    entry = entry.substr(0, colon);
    return same;
}

bool is_meant(std::string_view entry, const uri& target) {
    if (entry == "*") return true;
    if (!take_port(entry, target.port())) return false;
    if (const auto set = address_prefix::parse(entry)) {
        const auto numeric = address::parse(target.host(), 0);
        return numeric && set->contains(*numeric);
    }
    if (entry.starts_with("*.")) entry.remove_prefix(1);
    if (entry.starts_with('.')) entry.remove_prefix(1);
    std::string_view host = target.host();
    if (host.ends_with('.')) host.remove_suffix(1);
    if (entry.empty() || host.size() < entry.size()) return false;
    const auto above = host.size() - entry.size();
    return equal_ignoring_case(host.substr(above), entry) && (above == 0 || host[above - 1] == '.');
}

bool goes_without(std::string list, const uri& target) {
    for (char& byte : list) {
        if (byte == ' ') byte = ',';
    }
    bool found = false;
    for_each_list_item(list, [&](std::string_view entry) {
        found = found || is_meant(entry, target);
    });
    return found;
}

} // namespace

std::string proxy_in(environment where, const uri& target) {
    if (goes_without(first_of(where, {"no_proxy", "NO_PROXY"}), target)) return {};
    if (!target.secure()) return first_of(where, {"http_proxy", "all_proxy", "ALL_PROXY"});
    return first_of(where, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
}

std::string environment_proxy(const uri& target) {
    return proxy_in(of_this_process, target);
}

} // namespace weft
