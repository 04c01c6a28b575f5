// SPDX-License-Identifier: MIT
// Numeric addresses, and localhost.
#include "loop/known_names.hpp"

#include <weft/core/http_fields.hpp>

namespace weft {
namespace {

bool is_local(std::string_view host) noexcept {
    constexpr std::string_view name = "localhost";
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.size() < name.size()) return false;
    const auto above = host.size() - name.size();
    return equal_ignoring_case(host.substr(above), name) && (above == 0 || host[above - 1] == '.');
}

} // namespace

std::vector<address> known_addresses(std::string_view host, std::uint16_t port) {
    if (is_local(host)) return {*address::parse("::1", port), *address::parse("127.0.0.1", port)};
    if (const auto numeric = address::parse(host, port)) return {*numeric};
    return {};
}

} // namespace weft
