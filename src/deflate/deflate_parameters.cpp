// SPDX-License-Identifier: MIT
// Parsing and writing the parameters of permessage-deflate.
#include "deflate/deflate_parameters.hpp"

#include <algorithm>
#include <string_view>

namespace weft {
namespace {

constexpr std::string_view extension_name = "permessage-deflate";

/// Parses 8 to 15, in decimal without a leading zero or a sign.
std::optional<int> parse_bits(const std::optional<std::string>& value) {
    if (!value) return std::nullopt;
    if (*value == "8" || *value == "9") return (*value)[0] - '0';
    const bool two_digits = value->size() == 2 && (*value)[0] == '1';
    if (!two_digits || (*value)[1] < '0' || (*value)[1] > '5') return std::nullopt;
    return 10 + (*value)[1] - '0';
}

bool is_repeated(const extension& in, const extension_parameter& one) {
    return std::ranges::count(in.parameters, one.name, &extension_parameter::name) > 1;
}

/// Applies one parameter; returns false if it is invalid.
bool apply(const extension_parameter& one, bool in_offer, deflate_parameters& to) {
    if (one.name == "server_no_context_takeover") {
        to.server_no_context_takeover = true;
        return !one.value;
    }
    if (one.name == "client_no_context_takeover") {
        to.client_no_context_takeover = true;
        return !one.value;
    }
    if (one.name == "server_max_window_bits") {
        to.server_max_window_bits = parse_bits(one.value);
        return to.server_max_window_bits.has_value();
    }
    if (one.name != "client_max_window_bits") return false;
    to.client_max_window_bits = parse_bits(one.value);
    to.client_max_window_bits_without_value = in_offer && !one.value;
    return to.client_max_window_bits || to.client_max_window_bits_without_value;
}

std::optional<deflate_parameters> parse(const extension& from, bool is_offer) {
    if (from.name != extension_name) return std::nullopt;
    deflate_parameters found;
    for (const auto& one : from.parameters) {
        if (is_repeated(from, one) || !apply(one, is_offer, found)) return std::nullopt;
    }
    return found;
}

} // namespace

std::optional<deflate_parameters> parse_offer(const extension& offer) {
    return parse(offer, true);
}

std::optional<deflate_parameters> parse_answer(const extension& answer) {
    return parse(answer, false);
}

std::string to_string(const deflate_parameters& parameters) {
    std::string text(extension_name);
    if (parameters.server_no_context_takeover) text += "; server_no_context_takeover";
    if (parameters.client_no_context_takeover) text += "; client_no_context_takeover";
    if (const auto bits = parameters.server_max_window_bits) {
        text += "; server_max_window_bits=" + std::to_string(*bits);
    }
    if (const auto bits = parameters.client_max_window_bits) {
        text += "; client_max_window_bits=" + std::to_string(*bits);
    } else if (parameters.client_max_window_bits_without_value) {
        text += "; client_max_window_bits";
    }
    return text;
}

} // namespace weft
