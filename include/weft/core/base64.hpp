// SPDX-License-Identifier: MIT
// Base64 with the standard alphabet (RFC 4648 §4), for handshake keys and credentials.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/core/language.hpp>

namespace weft {

/// Returns `bytes` in base64, padded.
[[nodiscard]] std::string base64_encode(std::span<const std::byte> bytes);

/// Decodes `text`; returns nothing if it is not exactly what `base64_encode` produces.
///
/// Padding is required. White space and non-zero trailing bits are rejected (RFC 4648 §3.5).
[[nodiscard]] std::optional<std::vector<std::byte>> base64_decode(std::string_view text);

} // namespace weft
