// SPDX-License-Identifier: MIT
// Numeric IP addresses as text, both ways. Knows neither ports nor brackets nor sockets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

using ipv4_bytes = std::array<std::uint8_t, 4>;
using ipv6_bytes = std::array<std::uint8_t, 16>;

/// Four decimal numbers without leading zeros. RFC 3986 §3.2.2.
[[nodiscard]] std::optional<ipv4_bytes> parse_ipv4(std::string_view text) noexcept;

/// All forms of RFC 4291 §2.2, IPv4 at the end included; no zone.
[[nodiscard]] std::optional<ipv6_bytes> parse_ipv6(std::string_view text) noexcept;

/// "192.0.2.1" of the first four of `bytes`.
[[nodiscard]] std::string ipv4_text(const std::uint8_t* bytes);

/// The one text that RFC 5952 recommends; a mapped IPv4 address as "::ffff:192.0.2.1".
[[nodiscard]] std::string ipv6_text(const ipv6_bytes& bytes);

} // namespace weft
