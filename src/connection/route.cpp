// SPDX-License-Identifier: MIT
// Matches routes against hosts and paths.
#include <weft/connection/route.hpp>

namespace weft {

std::string host_name(std::string_view name) {
    const auto colon = name.rfind(':');
    if (colon != name.npos && name.find(']', colon) == name.npos) name = name.substr(0, colon);
    if (name.ends_with('.')) name.remove_suffix(1);
    return to_lower(name);
}

std::string host_name(const http_request& request) {
    return host_name(request.host());
}

bool route::matches(std::string_view requested) const noexcept {
    if (!path.ends_with('*')) return requested == path;
    return requested.starts_with(std::string_view(path).substr(0, path.size() - 1));
}

bool route::serves_host(std::string_view name) const noexcept {
    if (!host.starts_with("*.")) return host.empty() || name == host;
    const auto below = std::string_view(host).substr(1);
    return name.size() > below.size() && name.ends_with(below);
}

bool route::serves_websocket() const noexcept {
    const bool plain_only = handlers.http && !handlers.open && !handlers.message &&
                            !handlers.part && !handlers.validate && !handlers.close;
    return !plain_only;
}

} // namespace weft
