// SPDX-License-Identifier: MIT
// Resolves names by DNS; built if c-ares is installed.
#include "weft/names.hpp"

#include <system_error>

#include <weft/cares/cares_resolver.hpp>

namespace weft_tool {

std::shared_ptr<void> resolve_names(weft::event_loop& loop, const std::string& servers) {
    auto made = weft::cares_resolver::create(loop, {.servers = servers});
    if (made) return std::make_shared<weft::cares_resolver>(std::move(*made));
    if (!servers.empty()) throw std::system_error(made.error(), "--dns " + servers);
    return nullptr; // a system without a usable configuration may still know addresses
}

std::string describe_names() {
    return "DNS by c-ares " + weft::cares_resolver::version();
}

} // namespace weft_tool
