// SPDX-License-Identifier: MIT
// Escapes text for terminals and logs.
#include "without_loop/printable.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include <weft/core/utf8.hpp>

namespace weft_tool {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

void append_hex(std::string& out, char byte) {
    const auto value = static_cast<unsigned char>(byte);
    out.push_back(digits[value >> 4U]);
    out.push_back(digits[value & 15U]);
}

void append_escape(std::string& out, char byte) {
    out.append("\\x");
    append_hex(out, byte);
}

void append_escape(std::string& out, char32_t code) {
    std::string reversed;
    for (auto rest = code; rest != 0; rest >>= 4U)
        reversed.push_back(digits[rest & 15U]);
    out.append("\\u{").append(reversed.rbegin(), reversed.rend()).append("}");
}

struct character {
    char32_t code;
    std::size_t size; // bytes
};

/// Decodes the first character of `text`, which is not empty; nothing if it is not UTF-8.
std::optional<character> first_of(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return character{lead, 1};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const auto bytes = text.substr(0, size);
    if (bytes.size() < size || !weft::is_utf8(std::as_bytes(std::span(bytes)))) return std::nullopt;
    char32_t code = lead & (0x7fU >> size);
    for (const char byte : bytes.substr(1))
        code = code << 6U | (static_cast<unsigned char>(byte) & 0x3fU);
    return character{code, size};
}

struct range {
    char32_t first;
    char32_t last;
};

/// Invisible characters beyond ASCII: Unicode's C1 controls, Default_Ignorable_Code_Point, Zl and
/// Zp, and format controls that are in none of these.
constexpr std::array invisible{
    range{0x80, 0x9f},       range{0xad, 0xad},       range{0x34f, 0x34f},
    range{0x61c, 0x61c},     range{0x115f, 0x1160},   range{0x17b4, 0x17b5},
    range{0x180b, 0x180f},   range{0x200b, 0x200f},   range{0x2028, 0x202e},
    range{0x2060, 0x206f},   range{0x3164, 0x3164},   range{0xfe00, 0xfe0f},
    range{0xfeff, 0xfeff},   range{0xffa0, 0xffa0},   range{0xfff0, 0xfffb},
    range{0x13430, 0x1343f}, range{0x1bca0, 0x1bca3}, range{0x1d173, 0x1d17a},
    range{0xe0000, 0xe0fff},
};

bool is_invisible(char32_t code) {
    const auto at = std::ranges::lower_bound(invisible, code, {}, &range::last);
    return at != invisible.end() && at->first <= code;
}

bool is_shown(char32_t code, line_breaks breaks) {
    const bool message = breaks == line_breaks::kept;
    if (code < 0x20) return message && (code == '\n' || code == '\t');
    if (code < 0x80) return code != 0x7f;
    if (message && (code == 0xfe0e || code == 0xfe0f)) return true;
    return !is_invisible(code);
}

/// Returns the length of the line end at the start of `text`; 0 for none.
std::size_t line_end_size(std::string_view text) {
    if (text.starts_with("\r\n")) return 2;
    const auto found = first_of(text);
    if (!found) return 0;
    const auto code = found->code;
    const bool ends = (code >= '\n' && code <= '\r') || code == 0x85 || code == 0x2028 ||
        code == 0x2029;
    return ends ? found->size : 0;
}

} // namespace

std::string printable(std::string_view text, line_breaks breaks) {
    std::string out;
    while (!text.empty()) {
        const auto next = first_of(text);
        const std::size_t size = next ? next->size : 1;
        if (!next || (next->code < 0x80 && !is_shown(next->code, breaks))) {
            append_escape(out, text.front());
        } else if (is_shown(next->code, breaks)) {
            out.append(text.substr(0, size));
        } else {
            append_escape(out, next->code);
        }
        text.remove_prefix(size);
    }
    return out;
}

std::string continued(std::string_view text, std::string_view mark) {
    std::string out;
    while (!text.empty()) {
        const auto end = line_end_size(text);
        if (end == 0) {
            out.push_back(text.front());
        } else {
            out.append("\n").append(mark);
        }
        text.remove_prefix(std::max<std::size_t>(end, 1));
    }
    return out;
}

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char byte : bytes) {
        if (!out.empty()) out.push_back(' ');
        append_hex(out, byte);
    }
    return out;
}

} // namespace weft_tool
