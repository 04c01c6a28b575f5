// SPDX-License-Identifier: MIT
// What a session gives its caller: its state, its events, and lists of output to write.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <weft/core/language.hpp>

namespace weft {

/// The kinds of events that `session::next_event` returns.
enum class event_type : std::uint8_t {
    none,    ///< no event: more input is needed, or the session is paused
    request, ///< server: an upgrade request; answer it with `accept` or `reject`
    http,    ///< server: a plain HTTP request; answer it with `respond`
    body,    ///< server: a plain request with a body; see `session_options::reports_bodies`
    opened,  ///< the handshake is complete: messages may be sent
    message, ///< a whole message
    part,    ///< the next part of a message, with `session_options::receives_parts`
    ping,    ///< a ping; already answered, if `session_options::answers_pings`
    pong,    ///< a pong
    closed,  ///< the closing handshake is complete; see `outcome()`
    failed,  ///< any other end; see `outcome()`. `output()` may contain bytes for the peer
};

/// An event of a session. `session::receive` says how long `payload` stays valid.
struct event {
    event_type type = event_type::none;
    bool is_text = false;  ///< for a message or a part: text or binary
    bool is_first = false; ///< for a part: it begins its message
    bool is_last = false;  ///< for a part: it ends its message
    std::span<const std::byte> payload = {}; ///< of a message, a part, a body, a ping or a pong
};

enum class session_state : std::uint8_t { connecting, open, closing, closed };

/// Output to write: some pieces, in order. More may follow when they have been consumed.
struct output_list {
    static constexpr std::size_t count_max = 8;

    std::array<std::span<const std::byte>, count_max> pieces{};
    std::size_t count = 0;

    [[nodiscard]] auto begin() const noexcept { return pieces.begin(); }
    [[nodiscard]] auto end() const noexcept {
        return pieces.begin() + static_cast<std::ptrdiff_t>(count);
    }
    [[nodiscard]] std::size_t size() const noexcept { return count; }
};

} // namespace weft
