// SPDX-License-Identifier: MIT
// Reading addresses.
#include "endpoint/target.hpp"

#include <charconv>

#include <weft/core/error.hpp>
#include <weft/core/http_fields.hpp>

namespace weft {

result<std::vector<address>> addresses_of(std::string_view host, std::uint16_t port) {
    if (equal_ignoring_case(host, "localhost")) {
        return std::vector{*address::parse("::1", port), *address::parse("127.0.0.1", port)};
    }
    const auto numeric = address::parse(host, port);
    if (!numeric) return failure(errc::no_resolver);
    return std::vector{*numeric};
}

result<std::vector<address>> addresses_of(std::string_view where) {
    constexpr std::string_view local = "unix:";
    if (where.starts_with(local)) {
        where.remove_prefix(local.size());
        if (where.empty()) return failure(errc::bad_argument);
        return std::vector{address::local(where)};
    }
    const auto colon = where.rfind(':');
    if (colon == std::string_view::npos) return failure(errc::bad_argument);
    const auto digits = where.substr(colon + 1);
    std::uint16_t port = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) {
        return failure(errc::bad_argument);
    }
    return addresses_of(where.substr(0, colon), port);
}

} // namespace weft
