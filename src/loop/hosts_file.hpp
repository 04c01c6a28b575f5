// SPDX-License-Identifier: MIT
// Parses a hosts file: the names in /etc/hosts.
#pragma once

#include <string_view>
#include <vector>

#include <weft/core/address.hpp>

namespace weft {

/// Returns the addresses that `text`, a hosts file, has for `name` as a host name or alias, in file
/// order and with `port`. hosts(5).
[[nodiscard]] std::vector<address> addresses_in_hosts(std::string_view text,
                                                      std::string_view name,
                                                      std::uint16_t port);

} // namespace weft
