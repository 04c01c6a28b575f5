// SPDX-License-Identifier: MIT
// What a session owns only while it needs it, so that an idle one owns nothing.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <weft/core/session.hpp>

#include "core/byte_queue.hpp"

namespace weft {

/// The opening handshake in progress, and what the application may still read of it.
struct session::opening {
    enum class step : std::uint8_t { head, body, decision, done };

    opening(http_kind kind, const session_limits& limits)
        : parser(kind, {limits.header_size_max, limits.header_count_max}) {}

    http_head_parser parser;
    step at = step::head;
    std::size_t body_left = 0;
    std::optional<http_request> request;
    std::optional<http_response_head> response;
    upgrade_offer offer; // a client's own, or what the server was asked for
    std::array<std::byte, 16> nonce{};
    std::string subprotocol;
};

struct session::extra {
    byte_queue input;                // retained, older than given
    std::span<std::byte> given;      // of receive, while nothing is lent
    std::vector<std::byte> assembly; // of the message in progress
    byte_queue output;               // older than what is lent
    std::optional<std::vector<std::byte>> delayed_pong;
    std::unique_ptr<opening> handshake;
    std::unique_ptr<report> outcome;
    time_point paused_since{};

    [[nodiscard]] bool empty() const noexcept {
        return !input.owns_memory() && given.empty() && assembly.empty() && output.empty() &&
            !delayed_pong && !handshake && !outcome;
    }
};

} // namespace weft
