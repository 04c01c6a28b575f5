// SPDX-License-Identifier: MIT
// Parses and formats numeric IP addresses. Knows no ports, brackets or sockets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

using ipv4_bytes = std::array<std::uint8_t, 4>;
using ipv6_bytes = std::array<std::uint8_t, 16>;

/// Parses four decimal numbers without leading zeros. RFC 3986 §3.2.2.
[[nodiscard]] std::optional<ipv4_bytes> parse_ipv4(std::string_view text) noexcept;

/// Parses all forms of RFC 4291 §2.2, including IPv4 at the end; no zone.
[[nodiscard]] std::optional<ipv6_bytes> parse_ipv6(std::string_view text) noexcept;

/// Formats the first four of `bytes` as "192.0.2.1".
[[nodiscard]] std::string ipv4_text(const std::uint8_t* bytes);

/// Formats as RFC 5952 recommends; an IPv4-mapped address as "::ffff:192.0.2.1".
[[nodiscard]] std::string ipv6_text(const ipv6_bytes& bytes);

} // namespace weft
