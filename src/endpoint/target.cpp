// SPDX-License-Identifier: MIT
// Reading addresses.
#include "endpoint/target.hpp"

#include <charconv>

#include <weft/core/error.hpp>

#include "loop/known_names.hpp"

namespace weft {
namespace {

result<std::vector<address>> known(target where) {
    if (where.addresses.empty()) return failure(errc::no_resolver);
    return std::move(where.addresses);
}

} // namespace

target target_of(std::string_view host, std::uint16_t port) {
    return {known_addresses(host, port), std::string(host), port};
}

result<target> target_of(std::string_view where) {
    constexpr std::string_view local = "unix:";
    if (where.starts_with(local)) {
        where.remove_prefix(local.size());
        if (where.empty()) return failure(errc::bad_argument);
        return target{{address::local(where)}, {}, 0};
    }
    const auto colon = where.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return failure(errc::bad_argument);
    const auto digits = where.substr(colon + 1);
    std::uint16_t port = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) {
        return failure(errc::bad_argument);
    }
    return target_of(where.substr(0, colon), port);
}

result<std::vector<address>> addresses_of(std::string_view host, std::uint16_t port) {
    return known(target_of(host, port));
}

result<std::vector<address>> addresses_of(std::string_view where) {
    auto found = target_of(where);
    if (!found) return failure(found.error());
    return known(std::move(*found));
}

} // namespace weft
