// SPDX-License-Identifier: MIT
// The fast path for short messages of a session that lends memory. Inline, so that a connection
// receives and answers a run of them without a call for each. Leaves all else to the session.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <weft/core/error.hpp>
#include <weft/core/session.hpp>
#include <weft/core/utf8.hpp>

#include "core/session_extra.hpp"
#include "core/vector/mask_words.hpp"

namespace weft {

/// The functions of the fast path.
struct short_messages {
    /// Returns true if `next`, a new event, then holds the next event: a message of one short frame
    /// that is complete in lent memory, while nothing else is in progress; or `none`, because all
    /// input was parsed. Leaves other frames, and those that break a rule, to
    /// `session::next_event`.
    static bool receive(session& at, event& next, time_point now) noexcept {
        scratch* const lent = at.lent_;
        if (!lent || at.extra_ || at.state_ != session_state::open ||
            at.ending_ != event_type::none || !lent->payload_.empty()) {
            return false;
        }
        const auto input = lent->input_;
        if (input.empty()) return !at.eof_;
        const bool masked = at.role() == role::server;
        const std::size_t header = masked ? 2 + sizeof(masking_key) : 2;
        if (input.size() < header) return false;
        const bool is_text = input[0] == first_byte(opcode::text, true);
        if (!is_text && input[0] != first_byte(opcode::binary, true)) return false;
        const std::size_t size = std::to_integer<unsigned>(input[1]) ^ (masked ? mask_bit : 0U);
        if (size >= lent->short_end_ || size > input.size() - header) return false;

        const auto payload = input.subspan(header, size);
        lent->input_ = input.subspan(header + size);
        lent->received_header_ = {};
        ++at.traffic_.messages_received;
        next = {event_type::message, is_text, false, false, payload};
        if (masked) {
            std::uint32_t key;
            std::memcpy(&key, payload.data() - sizeof key, sizeof key);
            mask_words(payload.data(), payload.data(), size, key);
        }
        return !is_text || check_text(at, next, now);
    }

    /// Sends a short message of a server in lent memory. Returns false, and does nothing, if the
    /// general path must send it.
    static bool send(session& by, const message& whole) {
        scratch* const lent = by.lent_;
        const auto payload = whole.bytes();
        if (!lent || by.state_ != session_state::open || by.sending_parts_ || by.has_codec_ ||
            payload.size() > control_payload_max || !lent->payload_.empty() ||
            by.role() != role::server) {
            return false;
        }
        write(lent->output_.extend(2 + payload.size()),
              first_byte(whole.is_text() ? opcode::text : opcode::binary, true), payload);
        ++by.traffic_.messages_sent;
        return true;
    }

    /// Writes a short frame of a server.
    static void write(std::byte* to, std::byte first, std::span<const std::byte> payload) noexcept {
        to[0] = first;
        to[1] = static_cast<std::byte>(payload.size());
        if (!payload.empty()) std::memcpy(to + 2, payload.data(), payload.size());
    }

    /// Returns the smallest payload size, in bytes, that `receive` does not take; 0 if it takes no
    /// message.
    [[nodiscard]] static std::uint8_t end_of_sizes(const session_options& options) noexcept {
        const auto& limits = options.limits;
        if (limits.fragment_count_max == 0 || options.receives_parts) return 0;
        return static_cast<std::uint8_t>(
            1 + std::min({control_payload_max, limits.frame_size_max, limits.message_size_max}));
    }

private:
    /// Fails the session, and takes the message back, if its text is not UTF-8.
    static bool check_text(session& at, event& next, time_point now) noexcept {
        if (is_utf8(next.payload)) [[likely]] return true;
        --at.traffic_.messages_received;
        next = {};
        at.fail(errc::bad_utf8, now);
        return false;
    }
};

} // namespace weft
