// SPDX-License-Identifier: MIT
// The addresses that a text names without a resolver.
#pragma once

#include <string_view>
#include <vector>

#include <weft/core/result.hpp>
#include <weft/stream/address.hpp>

namespace weft {

/// A numeric address, or `localhost`: ::1 and 127.0.0.1. Otherwise `errc::no_resolver`.
result<std::vector<address>> addresses_of(std::string_view host, std::uint16_t port);

/// "unix:/path", "unix:@name", "127.0.0.1:80", "[::1]:80"; otherwise `errc::bad_argument`, or
/// `errc::no_resolver` for a host name.
result<std::vector<address>> addresses_of(std::string_view where);

} // namespace weft
