// SPDX-License-Identifier: MIT
// The parameters of permessage-deflate, as offers and answers have them. RFC 7692 §7.1.
#pragma once

#include <optional>
#include <string>

#include <weft/core/extension.hpp>

namespace weft {

inline constexpr int window_bits_max = 15;

/// What an offer or an answer contains.
struct deflate_parameters {
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    std::optional<int> server_max_window_bits = {};
    std::optional<int> client_max_window_bits = {};
    bool client_max_window_bits_without_value = false; // only in an offer
};

/// Parses an offer; null if a server must decline it: for an unknown or repeated parameter, or an
/// invalid value.
[[nodiscard]] std::optional<deflate_parameters> parse_offer(const extension& offer);

/// Parses an answer; null if it is invalid.
[[nodiscard]] std::optional<deflate_parameters> parse_answer(const extension& answer);

/// Returns the value of Sec-WebSocket-Extensions.
[[nodiscard]] std::string to_string(const deflate_parameters& parameters);

} // namespace weft
