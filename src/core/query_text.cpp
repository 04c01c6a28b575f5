// SPDX-License-Identifier: MIT
// Decodes the parts of a query.
#include "core/query_text.hpp"

#include <algorithm>

#include "core/percent_encoding.hpp"

namespace weft {

std::optional<std::string> decode_query_part(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    return percent_decoded(spaced);
}

std::string_view take_until(std::string_view& text, char separator) noexcept {
    const auto part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

} // namespace weft
