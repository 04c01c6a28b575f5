// SPDX-License-Identifier: MIT
// Base64 with the standard alphabet (RFC 4648 §4), as handshake keys and credentials use it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/core/language.hpp>

namespace weft {

/// The base64 form of `bytes`, padded.
[[nodiscard]] std::string base64_encode(std::span<const std::byte> bytes);

/// The bytes that `text` stands for, or nothing when it is not exactly what `base64_encode` makes.
///
/// Strict: padding is required, white space and bits that encode nothing are refused
/// (RFC 4648 §3.5).
[[nodiscard]] std::optional<std::vector<std::byte>> base64_decode(std::string_view text);

} // namespace weft
