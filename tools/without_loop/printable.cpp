// SPDX-License-Identifier: MIT
// Escaping for people's eyes.
#include "without_loop/printable.hpp"

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

/// The C1 controls U+0080 to U+009F, which some terminals obey, are C2 80 to C2 9F.
bool is_c1_control(std::string_view text, std::size_t at) {
    return text[at] == '\xc2' && at + 1 < text.size() &&
        static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

} // namespace

std::string printable(std::string_view text, line_breaks breaks) {
    const bool valid = weft::is_utf8(std::as_bytes(std::span(text.data(), text.size())));
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char byte = text[at];
        const auto value = static_cast<unsigned char>(byte);
        const bool kept = breaks == line_breaks::kept && (byte == '\n' || byte == '\t');
        const bool control = (value < 0x20 && !kept) || value == 0x7f;
        if (control || (!valid && value >= 0x80)) {
            append_escape(out, byte);
        } else if (is_c1_control(text, at)) {
            append_escape(out, text[++at]);
        } else {
            out.push_back(byte);
        }
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
