// SPDX-License-Identifier: MIT
// Takes the query of a URI or request target apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// Decodes a name or a value like an HTML form: percent triplets, and '+' for a space. Returns
/// nothing if a triplet is malformed.
[[nodiscard]] std::optional<std::string> decode_query_part(std::string_view text);

/// Removes the text up to `separator`, and the separator, and returns that text.
[[nodiscard]] std::string_view take_until(std::string_view& text, char separator) noexcept;

} // namespace weft
