// SPDX-License-Identifier: MIT
// HTTP fields: a table of byte classes, and functions on names, values and lists.
#include <weft/core/http_fields.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace weft {
namespace {

constexpr std::uint8_t token_bit = 1;
constexpr std::uint8_t value_bit = 2;

constexpr char lower(char byte) noexcept {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

constexpr bool is_letter_or_digit(char byte) noexcept {
    const char letter = lower(byte);
    return (letter >= 'a' && letter <= 'z') || (byte >= '0' && byte <= '9');
}

constexpr auto classes = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned i = 0; i < table.size(); ++i) {
        const bool token = i < 0x80 && is_letter_or_digit(static_cast<char>(i));
        const bool value = i == '\t' || (i >= 0x20 && i != 0x7F);
        table[i] = static_cast<std::uint8_t>((token ? token_bit : 0) | (value ? value_bit : 0));
    }
    for (const char mark : std::string_view{"!#$%&'*+-.^_`|~"}) {
        table[static_cast<unsigned char>(mark)] |= token_bit;
    }
    return table;
}();

bool has_class(char byte, std::uint8_t bit) noexcept {
    return (classes[static_cast<unsigned char>(byte)] & bit) != 0;
}

} // namespace

bool is_token_byte(char byte) noexcept { return has_class(byte, token_bit); }

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, is_token_byte);
}

bool is_field_byte(char byte) noexcept { return has_class(byte, value_bit); }

bool is_field_value(std::string_view text) noexcept {
    return std::ranges::all_of(text, is_field_byte);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string to_lower(std::string_view text) {
    std::string lowered{text};
    std::ranges::transform(lowered, lowered.begin(), lower);
    return lowered;
}

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    text.remove_suffix(text.size() - (text.find_last_not_of(blanks) + 1));
    return text;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
    // The length is not secret. volatile prevents the compiler from leaving the loop early.
    if (a.size() != b.size()) return false;
    volatile unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
    }
    return difference == 0;
}

std::string_view next_list_item(std::string_view& list) noexcept {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < list.size(); ++end) {
        if (list[end] == '"') quoted = !quoted;
        if (quoted && list[end] == '\\') ++end;
        else if (!quoted && list[end] == ',') break;
    }
    end = std::min(end, list.size());
    const auto item = trim(list.substr(0, end));
    list = end < list.size() ? list.substr(end + 1) : std::string_view{};
    return item;
}

bool list_contains(std::string_view list, std::string_view item) noexcept {
    bool found = false;
    for_each_list_item(list, [&](std::string_view each) {
        found = found || equal_ignoring_case(each, item);
    });
    return found;
}

} // namespace weft
