// SPDX-License-Identifier: MIT
// Parses the lines of a hosts file.
#include "loop/hosts_file.hpp"

#include <algorithm>

#include <weft/core/http_fields.hpp>

namespace weft {
namespace {

constexpr std::string_view blanks = " \t\r\f\v";

/// Removes the first field from `line` and returns it; empty at the end of the line.
std::string_view take_field(std::string_view& line) noexcept {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const auto field = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(field.size());
    return field;
}

std::string_view take_line(std::string_view& text) noexcept {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line.substr(0, line.find('#'));
}

bool names(std::string_view fields, std::string_view wanted) noexcept {
    for (auto field = take_field(fields); !field.empty(); field = take_field(fields)) {
        if (equal_ignoring_case(field, wanted)) return true;
    }
    return false;
}

} // namespace

std::vector<address> addresses_in_hosts(std::string_view text, std::string_view name,
                                        std::uint16_t port) {
    std::vector<address> found;
    if (name.ends_with('.')) name.remove_suffix(1);
    while (!text.empty()) {
        auto line = take_line(text);
        const auto numeric = take_field(line);
        if (!names(line, name)) continue;
        if (const auto one = address::parse(numeric, port)) found.push_back(*one);
    }
    return found;
}

} // namespace weft
