// SPDX-License-Identifier: MIT
// Recognises secrets by the names of query parameters and headers.
#include <weft/core/secrets.hpp>

#include <algorithm>
#include <array>

#include <weft/core/http_fields.hpp>
#include <weft/core/uri.hpp>

#include "core/query_text.hpp"

namespace weft {
namespace {

constexpr std::array secret_parts = std::to_array<std::string_view>(
    {"token", "secret", "passw", "passphrase", "signature", "credential", "authorization",
     "session", "sessid", "cookie", "bearer", "apikey", "jwt", "hmac"});

constexpr std::array secret_words = std::to_array<std::string_view>(
    {"auth", "code", "key", "otp", "pass", "pin", "pw", "pwd", "sid", "sig", "ticket"});

bool is_lower(char byte) noexcept {
    return byte >= 'a' && byte <= 'z';
}
bool is_upper(char byte) noexcept {
    return byte >= 'A' && byte <= 'Z';
}

/// Returns the name in lower case, with a space between its words: "authCode" as "auth code".
std::string in_words(std::string_view name) {
    std::string text;
    for (std::size_t at = 0; at < name.size(); ++at) {
        const char byte = name[at];
        const bool is_digit = byte >= '0' && byte <= '9';
        if (is_upper(byte) && at != 0 && is_lower(name[at - 1])) text += ' ';
        text += is_lower(byte) || is_upper(byte) || is_digit ? byte : ' ';
    }
    return to_lower(text);
}

/// Returns the query `text` without the values of secret parameters. A fragment is treated like a
/// query, because OAuth puts tokens there.
std::string without_secret_values(std::string_view text) {
    constexpr std::string_view separators = "&;?#";
    std::string shown;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(separators), text.size());
        const auto pair = text.substr(0, end);
        const auto equals = pair.find('=');
        const auto name = pair.substr(0, equals);
        const auto decoded = decode_query_part(name).value_or(std::string(name));
        if (equals != pair.npos && is_secret_name(decoded)) {
            shown.append(name).append("=***");
        } else {
            shown.append(pair);
        }
        shown.append(text.substr(end, 1));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return shown;
}

/// Returns the target of a request. `//user:password@host`, and the same with another number of
/// slashes, is a URL whose scheme was forgotten.
std::string target_without_user(std::string_view text) {
    const auto path = text.substr(0, text.find_first_of("?#"));
    const auto at = path.rfind('@');
    const auto begin = path.find_first_not_of('/');
    if (at == path.npos || (begin == 1 && path.find(':') > at)) return std::string(text);
    return std::string(text.substr(0, begin)) + "***" + std::string(text.substr(at));
}

} // namespace

bool is_secret_name(std::string_view name) {
    const auto lower = to_lower(name);
    if (lower.starts_with("sec-websocket-")) return false;
    const auto occurs = [&](std::string_view part) { return lower.find(part) != lower.npos; };
    if (std::ranges::any_of(secret_parts, occurs)) return true;
    if (lower.ends_with("key") || lower.ends_with("auth")) return true;
    const auto spaced = in_words(name);
    for (std::string_view rest = spaced; !rest.empty();) {
        if (std::ranges::find(secret_words, take_until(rest, ' ')) != secret_words.end())
            return true;
    }
    return false;
}

std::string without_secrets(std::string_view text) {
    const auto shown = text.starts_with('/') ? target_without_user(text)
        : uri::parse(text)                   ? std::string(text)
                                             : without_credentials(text);
    const auto query = std::min(shown.find_first_of("?#"), shown.size());
    return shown.substr(0, query) + without_secret_values(std::string_view(shown).substr(query));
}

} // namespace weft
