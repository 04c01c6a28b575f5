// SPDX-License-Identifier: MIT
// Percent-encoding in URIs (RFC 3986 §2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// Returns the value of a hexadecimal digit; nothing for another byte.
[[nodiscard]] std::optional<int> hex_value(char digit) noexcept;

/// Replaces each percent triplet by its byte. Returns nothing if a triplet is malformed.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

} // namespace weft
