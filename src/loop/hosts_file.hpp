// SPDX-License-Identifier: MIT
// The names that the system's administrator has written down: /etc/hosts.
#pragma once

#include <string_view>
#include <vector>

#include <weft/core/address.hpp>

namespace weft {

/// The addresses in `text`, a hosts file, of `name` or of an alias of that spelling, in their order
/// and with `port`. hosts(5).
[[nodiscard]] std::vector<address> addresses_in_hosts(std::string_view text,
                                                      std::string_view name,
                                                      std::uint16_t port);

} // namespace weft
