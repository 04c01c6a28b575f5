// SPDX-License-Identifier: MIT
// Resolves names by DNS; built if c-ares is installed.
#include "weft/names.hpp"

#include <system_error>

#include <weft/cares/cares_resolver.hpp>
#include <weft/core/error.hpp>

namespace weft_tool {

std::shared_ptr<void> resolve_names(weft::event_loop& loop, const std::string& servers) {
    auto made = weft::cares_resolver::create(loop, {.servers = servers});
    if (made) return std::make_shared<weft::cares_resolver>(std::move(*made));
    if (!servers.empty()) throw std::system_error(made.error(), "--dns " + servers);
    return nullptr; // a system without a usable configuration may still know addresses
}

std::string name_servers_fault(const std::string& servers) {
    weft::event_loop unused;
    const auto made = weft::cares_resolver::create(unused, {.servers = servers});
    if (!servers.empty() && made.error() != weft::errc::bad_argument) return {};
    return "not ADDRESS[:PORT],... with numeric addresses and ports up to 65535, such as "
           "192.0.2.1 or 192.0.2.1:5353,[2001:db8::1]:53: " +
        servers;
}

std::string describe_names() {
    return "DNS by c-ares " + weft::cares_resolver::version();
}

} // namespace weft_tool
