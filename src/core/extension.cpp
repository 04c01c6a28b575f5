// SPDX-License-Identifier: MIT
// Parser for Sec-WebSocket-Extensions. RFC 6455 §9.1.
#include <weft/core/extension.hpp>

#include <algorithm>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/http_fields.hpp>

namespace weft {
namespace {

std::string_view take_token(std::string_view& rest) noexcept {
    const auto end = std::ranges::find_if_not(rest, is_token_byte);
    const auto token = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    rest = trim(rest.substr(token.size()));
    return token;
}

/// Takes a quoted string. Returns its content; empty if that is not a token.
std::string take_quoted_token(std::string_view& rest) {
    std::string unquoted;
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest = trim(rest.substr(i + 1));
            return is_token(unquoted) ? unquoted : std::string();
        }
        if (rest[i] == '\\' && ++i == rest.size()) return {};
        unquoted += rest[i];
    }
    return {};
}

/// Parses token [ "=" ( token / quoted-string ) ]; false if malformed.
bool take_parameter(std::string_view& rest, extension_parameter& found) {
    found.name = take_token(rest);
    if (found.name.empty() || !rest.starts_with('=')) return !found.name.empty();
    rest = trim(rest.substr(1));
    const bool quoted = rest.starts_with('"');
    found.value = quoted ? take_quoted_token(rest) : std::string(take_token(rest));
    return !found.value->empty();
}

/// Parses token *( ";" parameter ); false if malformed.
bool parse_extension(std::string_view rest, extension& found) {
    found.name = take_token(rest);
    if (found.name.empty()) return false;
    while (!rest.empty()) {
        if (rest[0] != ';') return false;
        rest = trim(rest.substr(1));
        if (!take_parameter(rest, found.parameters.emplace_back())) return false;
    }
    return true;
}

} // namespace

result<std::vector<extension>> parse_extensions(std::string_view value) {
    std::vector<extension> found;
    bool valid = true;
    for_each_list_item(value, [&](std::string_view item) {
        valid = valid && parse_extension(item, found.emplace_back());
    });
    if (!valid) return failure(errc::bad_extension);
    return found;
}

} // namespace weft
