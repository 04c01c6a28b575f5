// SPDX-License-Identifier: MIT
// Writes IPv4 and IPv6 addresses in one form, to compare them.
#pragma once

#include <weft/core/address.hpp>

#include "core/ip_literal.hpp"

namespace weft {

/// Returns the bytes of an IP address; IPv4 as a mapped address (RFC 4291 §2.5.5.2).
[[nodiscard]] ipv6_bytes as_ipv6(const address& where) noexcept;

} // namespace weft
