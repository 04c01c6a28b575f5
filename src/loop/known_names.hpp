// SPDX-License-Identifier: MIT
// The names that need no resolver.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/core/address.hpp>

namespace weft {

/// The address that `host` is, or those of `localhost` and what ends with `.localhost`: ::1 and
/// 127.0.0.1 (RFC 6761 §6.3). The scope of an IPv6 address may be the name of an interface, as in
/// "fe80::1%eth0". Empty for any other name.
[[nodiscard]] std::vector<address> known_addresses(std::string_view host, std::uint16_t port);

} // namespace weft
