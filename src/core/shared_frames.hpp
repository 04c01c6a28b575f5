// SPDX-License-Identifier: MIT
// Adds to a session's output whole frames that were encoded once for many sessions. Does not know
// where they come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <utility>

#include <weft/core/session.hpp>

#include "core/session_extra.hpp"

namespace weft {

/// The functions for frames in shared memory.
struct shared_frames {
    /// Shorter output is copied, because a reference would keep the memory of other frames alive.
    static constexpr std::size_t kept_size_min = 1024;

    /// Returns whether a server's uncompressed frames may be added to the session's output now.
    [[nodiscard]] static bool may_be_sent(const session& by) noexcept {
        return by.state_ == session_state::open && !by.sending_parts_ && !by.has_codec_ &&
            by.role() == role::server;
    }

    /// Adds `count` whole frames: by reference, or as a copy if they are short. May throw
    /// std::bad_alloc; then nothing was added.
    static void send(session& by, shared_bytes frames, std::size_t count) {
        const std::size_t size = frames.bytes.size();
        if (size < kept_size_min) {
            std::memcpy(by.extend_output(size), frames.bytes.data(), size);
            by.traffic_.messages_sent += count;
            return;
        }
        send_by_reference(by, std::move(frames), count);
    }

    /// Adds `count` whole frames by reference, whatever their size.
    static void send_by_reference(session& by, shared_bytes frames, std::size_t count) {
        if (by.lent_ && !by.lent_->payload_.empty()) by.keep_output();
        (by.lent_ ? by.lent_->output_ : by.more().output).append(std::move(frames));
        by.traffic_.messages_sent += count;
    }

    /// If the unsent rest of referenced frames is short, replaces the reference by a copy.
    static void keep_rest(session& by) noexcept {
        auto& built = by.lent_->output_;
        if (built.empty() || built.size() >= kept_size_min) return;
        std::span<const std::byte> rest;
        if (built.list({&rest, 1}) != 1 || rest.size() != built.size()) return;
        try {
            by.more().output.append(rest);
            built.rewind();
        } catch (const std::bad_alloc&) {
            return; // the reference stays
        }
    }
};

} // namespace weft
