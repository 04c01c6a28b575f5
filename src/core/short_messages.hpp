// SPDX-License-Identifier: MIT
// The fast path for short messages of a session that lends memory. Inline, so that a connection
// receives and answers a run of them without a call for each. Leaves all else to the session.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <weft/core/error.hpp>
#include <weft/core/session.hpp>
#include <weft/core/utf8.hpp>

#include "core/session_extra.hpp"

namespace weft {

/// The functions of the fast path.
struct short_messages {
    /// Returns whether `next` is the next event: a message of one short frame, complete in lent
    /// memory, while nothing else is in progress; or none, as all input was parsed. Leaves other
    /// frames, and those that break a rule, to `session::next_event`.
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
            mask_copy(payload.data(), payload.data(), size, key);
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
        mask_copy(payload.data(), to + 2, payload.size(), 0);
    }

    /// Returns how many payload bytes are too many for `receive`; 0 if it may take no message.
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

    /// Copies `size` bytes, at most 128, and masks them. `from` and `to` are equal or do not
    /// overlap.
    static void mask_copy(const std::byte* from, std::byte* to, std::size_t size,
                          std::uint32_t key) noexcept {
        if (size < sizeof key) {
            for (std::size_t i = 0; i < size; ++i) {
                to[i] = from[i] ^ reinterpret_cast<const std::byte*>(&key)[i];
            }
        } else if (size < 8) {
            mask_ends<std::uint32_t, 1>(from, to, size, key);
        } else {
            const std::uint64_t twice = std::uint64_t{key} << 32 | key;
            if (size <= 16) return mask_ends<std::uint64_t, 1>(from, to, size, twice);
            if (size <= 32) return mask_ends<std::uint64_t, 2>(from, to, size, twice);
            if (size <= 64) return mask_ends<std::uint64_t, 4>(from, to, size, twice);
            mask_ends<std::uint64_t, 8>(from, to, size, twice);
        }
    }

    /// Masks the first and the last `count` words, which overlap or touch: the bytes between them
    /// are none. All are read before the first is written.
    template <class Word, std::size_t count>
    static void mask_ends(const std::byte* from, std::byte* to, std::size_t size,
                          Word mask) noexcept {
        std::array<Word, count> first;
        std::array<Word, count> last;
        const std::size_t end = size - sizeof last;
        std::memcpy(first.data(), from, sizeof first);
        std::memcpy(last.data(), from + end, sizeof last);
        const auto bits = static_cast<int>(8 * (end % sizeof(std::uint32_t)));
        const Word last_mask = std::endian::native == std::endian::little ? std::rotr(mask, bits)
                                                                          : std::rotl(mask, bits);
        for (auto& word : first) word ^= mask;
        for (auto& word : last) word ^= last_mask;
        std::memcpy(to, first.data(), sizeof first);
        std::memcpy(to + end, last.data(), sizeof last);
    }
};

} // namespace weft
