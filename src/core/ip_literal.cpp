// SPDX-License-Identifier: MIT
// Parses numeric IP addresses strictly, and formats them in normal form.
#include "core/ip_literal.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace weft {
namespace {

constexpr std::size_t groups_in_ipv6 = 8;

// Parses all of `text` as one number. `std::from_chars` accepts no signs or prefixes here.
std::optional<unsigned> parse_number(std::string_view text, std::size_t digits_max, int radix) {
    unsigned number = 0;
    const char* const end = text.data() + text.size();
    if (text.empty() || text.size() > digits_max) return std::nullopt;
    const auto [stop, error] = std::from_chars(text.data(), end, number, radix);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

// The groups before or after the "::" of an IPv6 address, two bytes for each group.
struct half {
    ipv6_bytes bytes{};
    std::size_t size = 0;
};

std::optional<half> parse_half(std::string_view text, bool may_end_in_ipv4) noexcept {
    half read;
    const auto add = [&read](unsigned byte) {
        read.bytes[read.size++] = static_cast<std::uint8_t>(byte & 0xffU);
    };
    while (!text.empty()) {
        const auto colon = text.find(':');
        const auto word = text.substr(0, colon);
        if (colon == text.npos && may_end_in_ipv4 && word.find('.') != word.npos) {
            const auto ipv4 = parse_ipv4(word);
            if (!ipv4 || read.size + ipv4->size() > read.bytes.size()) return std::nullopt;
            std::ranges::for_each(*ipv4, add);
            return read;
        }
        const auto group = parse_number(word, 4, 16);
        if (!group || read.size == read.bytes.size()) return std::nullopt;
        add(*group >> 8);
        add(*group);
        if (colon == text.npos) break;
        text.remove_prefix(colon + 1);
        if (text.empty()) return std::nullopt; // ends with a single colon
    }
    return read;
}

struct gap {
    std::size_t first = groups_in_ipv6;
    std::size_t size = 0;
};

// RFC 5952 §4.2: finds the longest run of zero groups, and the first of equally long ones. A single
// zero group does not count.
gap longest_gap(const std::array<unsigned, groups_in_ipv6>& groups) noexcept {
    gap longest;
    for (std::size_t at = 0; at < groups.size(); ++at) {
        const std::size_t first = at;
        while (at < groups.size() && groups[at] == 0) ++at;
        if (at - first > std::max<std::size_t>(longest.size, 1)) longest = {first, at - first};
    }
    return longest;
}

void append_hex(std::string& text, unsigned group) {
    char digits[4];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, group, 16).ptr);
}

bool is_mapped_ipv4(const ipv6_bytes& bytes) noexcept {
    return std::all_of(bytes.begin(), bytes.begin() + 10, [](auto byte) { return byte == 0; }) &&
           bytes[10] == 0xff && bytes[11] == 0xff;
}

} // namespace

std::optional<ipv4_bytes> parse_ipv4(std::string_view text) noexcept {
    ipv4_bytes bytes;
    for (std::size_t part = 0; part < bytes.size(); ++part) {
        const auto end = part + 1 < bytes.size() ? text.find('.') : text.size();
        if (end == text.npos || (end > 1 && text[0] == '0')) return std::nullopt;
        const auto number = parse_number(text.substr(0, end), 3, 10);
        if (!number || *number > 255) return std::nullopt;
        bytes[part] = static_cast<std::uint8_t>(*number);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return bytes;
}

std::optional<ipv6_bytes> parse_ipv6(std::string_view text) noexcept {
    const auto gap = text.find("::");
    if (gap == text.npos) {
        const auto whole = parse_half(text, true);
        if (!whole || whole->size != whole->bytes.size()) return std::nullopt;
        return whole->bytes;
    }
    const auto before = parse_half(text.substr(0, gap), false);
    const auto after = parse_half(text.substr(gap + 2), true);
    // "::" represents at least one group.
    if (!before || !after || before->size + after->size > 14) return std::nullopt;
    ipv6_bytes bytes = before->bytes;
    std::copy_n(after->bytes.begin(), after->size, bytes.end() - static_cast<int>(after->size));
    return bytes;
}

std::string ipv4_text(const std::uint8_t* bytes) {
    std::string text = std::to_string(bytes[0]);
    for (std::size_t i = 1; i < 4; ++i) text += '.' + std::to_string(bytes[i]);
    return text;
}

std::string ipv6_text(const ipv6_bytes& bytes) {
    if (is_mapped_ipv4(bytes)) return "::ffff:" + ipv4_text(bytes.data() + 12);
    std::array<unsigned, groups_in_ipv6> groups;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        groups[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
    const auto [first, size] = longest_gap(groups);
    std::string text;
    for (std::size_t at = 0; at < groups.size(); ++at) {
        if (at == first) {
            text += "::";
            at += size - 1;
        } else {
            if (!text.empty() && text.back() != ':') text += ':';
            append_hex(text, groups[at]);
        }
    }
    return text;
}

} // namespace weft
