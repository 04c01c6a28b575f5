// SPDX-License-Identifier: MIT
// The grammar of hosts and ports in URIs and in the Host header (RFC 3986 §3.2). Resolves nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weft {

[[nodiscard]] bool is_digit(char byte) noexcept;
[[nodiscard]] bool is_letter(char byte) noexcept;

/// Returns true for the bytes that RFC 3986 §2.3 calls unreserved.
[[nodiscard]] bool is_unreserved(char byte) noexcept;

/// Returns true if `text` consists of unreserved bytes, sub-delimiters, complete percent triplets,
/// and bytes in `also`.
[[nodiscard]] bool is_made_of(std::string_view text, std::string_view also) noexcept;

/// Returns the number of a port; nothing if it is not digits or greater than 65535. An empty port
/// stands for the scheme's default (RFC 3986 §3.2.3).
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text,
                                                      std::uint16_t when_empty) noexcept;

/// Returns true for the value of a Host header that names a host: a name or an address, IPv6 in
/// brackets, and optionally a port, which may be empty. RFC 9112 §3.2.
///
/// An IPv6 address may name an interface ("[fe80::1%eth0]"): some clients do not remove it.
[[nodiscard]] bool is_host_and_port(std::string_view text) noexcept;

} // namespace weft
