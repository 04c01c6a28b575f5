// SPDX-License-Identifier: MIT
// Decodes the parts of a query.
#include "core/query_text.hpp"

#include <algorithm>

namespace weft {
namespace {

std::optional<int> hex_value(char byte) noexcept {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return std::nullopt;
}

} // namespace

std::optional<std::string> decode_query_part(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const auto high = i + 2 < text.size() ? hex_value(text[i + 1]) : std::nullopt;
        const auto low = i + 2 < text.size() ? hex_value(text[i + 2]) : std::nullopt;
        if (!high || !low) return std::nullopt;
        decoded += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return decoded;
}

std::string_view take_until(std::string_view& text, char separator) noexcept {
    const auto part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

} // namespace weft
