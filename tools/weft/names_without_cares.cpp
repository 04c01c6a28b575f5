// SPDX-License-Identifier: MIT
// Leaves names to the library's default, the system's resolver; built without c-ares.
#include "weft/names.hpp"

#include <system_error>

#include <weft/core/error.hpp>

namespace weft_tool {

std::shared_ptr<void> resolve_names(weft::event_loop&, const std::string& servers) {
    if (!servers.empty()) throw std::system_error(weft::errc::no_resolver, "--dns " + servers);
    return nullptr;
}

std::string name_servers_fault(const std::string&) {
    return "this build is without c-ares, and always asks the system's name servers";
}

std::string describe_names() {
    return "names by the system";
}

} // namespace weft_tool
