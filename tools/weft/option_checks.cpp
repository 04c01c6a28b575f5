// SPDX-License-Identifier: MIT
// Checks of the values of options.
#include "weft/option_checks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <weft/core/uri.hpp>
#include <weft/stream/address.hpp>
#include <weft/stream/address_prefix.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {
namespace {

std::optional<double> finite_number(const std::string& text) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const bool whole = !text.empty() && end == text.c_str() + text.size();
    if (!whole || !std::isfinite(number)) return std::nullopt;
    return number;
}

} // namespace

std::string octal_mode(const std::string& text) {
    const bool octal = !text.empty() && text.size() <= 4 &&
        text.find_first_not_of("01234567") == text.npos && std::stoul(text, nullptr, 8) <= 0777;
    return octal ? std::string() : "not an octal number up to 777: " + text;
}

std::string address_or_prefix(const std::string& text) {
    if (weft::address_prefix::parse(text)) return {};
    return "neither an address, nor a prefix, nor 'unix:': " + text;
}

std::string host_name(const std::string& text) {
    if (weft::address::parse(text, 0) || weft::uri::parse("ws://" + text + "/")) return {};
    return "neither a host name nor an address: " + text;
}

std::string seconds_or_part(const std::string& text) {
    const auto number = finite_number(text);
    return number && *number >= 0 ? std::string() : "not a number of seconds: " + text;
}

std::string above_zero(const std::string& text) {
    const auto number = finite_number(text);
    return number && *number > 0 ? std::string() : "not a number above 0: " + text;
}

std::string not_empty(const std::string& text) {
    return text.empty() ? "is empty" : "";
}

std::string known_loop(const std::string& text) {
    const auto names = loop_names();
    if (std::ranges::find(names, text) != names.end()) return {};
    const std::string_view left_out = WEFT_HOSTS_LEFT_OUT;
    if (const auto at = left_out.find("  " + text + ' '); at != left_out.npos) {
        const auto size = left_out.find('\n', at) - at;
        return "not in this build:" + std::string(left_out.substr(at, size));
    }
    std::string all;
    for (const auto& one : names) all += ' ' + one;
    return "there is no loop '" + text + "'; there are:" + all;
}

} // namespace weft_tool
