// SPDX-License-Identifier: MIT
// Matching a path.
#include <weft/connection/route.hpp>

namespace weft {

bool route::matches(std::string_view requested) const noexcept {
    if (!path.ends_with('*')) return requested == path;
    return requested.starts_with(std::string_view(path).substr(0, path.size() - 1));
}

bool route::serves_websocket() const noexcept {
    const bool plain_only = handlers.http && !handlers.open && !handlers.message &&
                            !handlers.validate && !handlers.close;
    return !plain_only;
}

} // namespace weft
