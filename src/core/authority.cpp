// SPDX-License-Identifier: MIT
// Checks hosts and ports byte by byte, without allocating.
#include "core/authority.hpp"

#include <algorithm>

#include "core/ip_literal.hpp"
#include "core/percent_encoding.hpp"

namespace weft {
namespace {

constexpr std::string_view sub_delims = "!$&'()*+,;=";

bool is_hex(char byte) noexcept { return hex_value(byte).has_value(); }

// An address format of the future, such as "v1.x" (RFC 3986 §3.2.2).
bool is_future_address(std::string_view text) noexcept {
    if (!text.starts_with('v') && !text.starts_with('V')) return false;
    const auto dot = text.find('.');
    if (dot == text.npos || dot == 1 || dot + 1 == text.size()) return false;
    const auto rest = text.substr(dot + 1);
    return std::ranges::all_of(text.substr(1, dot - 1), is_hex) &&
           rest.find('%') == rest.npos && is_made_of(rest, ":");
}

bool is_address_in_brackets(std::string_view text) noexcept {
    const auto mark = text.find('%');
    if (mark == text.npos) return parse_ipv6(text) || is_future_address(text);
    const auto zone = text.substr(mark + 1);
    return !zone.empty() && std::ranges::all_of(zone, is_unreserved) &&
           parse_ipv6(text.substr(0, mark));
}

} // namespace

bool is_digit(char byte) noexcept { return byte >= '0' && byte <= '9'; }

bool is_letter(char byte) noexcept {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool is_unreserved(char byte) noexcept {
    return is_letter(byte) || is_digit(byte) || byte == '-' || byte == '.' || byte == '_' ||
           byte == '~';
}

bool is_made_of(std::string_view text, std::string_view also) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
            i += 2;
        } else if (!is_unreserved(text[i]) && sub_delims.find(text[i]) == sub_delims.npos &&
                   also.find(text[i]) == also.npos) {
            return false;
        }
    }
    return true;
}

std::optional<std::uint16_t> parse_port(std::string_view text, std::uint16_t when_empty) noexcept {
    if (text.empty()) return when_empty;
    unsigned long number = 0;
    for (const char digit : text) {
        if (!is_digit(digit)) return std::nullopt;
        number = number * 10 + static_cast<unsigned long>(digit - '0');
        if (number > 65535) return std::nullopt;
    }
    return static_cast<std::uint16_t>(number);
}

bool is_host_and_port(std::string_view text) noexcept {
    const bool brackets = text.starts_with('[');
    const auto host_end = brackets ? text.find(']') : text.find(':');
    if (brackets && host_end == text.npos) return false;
    const auto host = brackets ? text.substr(1, host_end - 1) : text.substr(0, host_end);
    text.remove_prefix(brackets ? host.size() + 2 : host.size());
    if (!text.empty() && (text[0] != ':' || !parse_port(text.substr(1), 0))) return false;
    return brackets ? is_address_in_brackets(host) : !host.empty() && is_made_of(host, "");
}

} // namespace weft
