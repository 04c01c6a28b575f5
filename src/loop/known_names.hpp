// SPDX-License-Identifier: MIT
// Names that need no resolver: numeric addresses and localhost.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/core/address.hpp>

namespace weft {

/// Returns the address that `host` denotes, or, for `localhost` and names ending in `.localhost`,
/// ::1 and 127.0.0.1 (RFC 6761 §6.3). The scope of an IPv6 address may be an interface name, as in
/// "fe80::1%eth0". Empty for any other name.
[[nodiscard]] std::vector<address> known_addresses(std::string_view host, std::uint16_t port);

} // namespace weft
