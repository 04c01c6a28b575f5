// SPDX-License-Identifier: MIT
// Where a text says that something is: an address, or a name that has to be looked up.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/core/result.hpp>
#include <weft/stream/address.hpp>

namespace weft {

/// Addresses as far as they are known without looking up a name.
struct target {
    std::vector<address> addresses; ///< empty when `host` has to be looked up
    std::string host;
    std::uint16_t port = 0;
};

[[nodiscard]] target target_of(std::string_view host, std::uint16_t port);

/// "unix:/path", "unix:@name", "127.0.0.1:80", "[::1]:80", "name:80"; otherwise
/// `errc::bad_argument`.
result<target> target_of(std::string_view where);

/// The same for a place to listen at: a name other than localhost is `errc::no_resolver`.
result<std::vector<address>> addresses_of(std::string_view host, std::uint16_t port);
result<std::vector<address>> addresses_of(std::string_view where);

} // namespace weft
