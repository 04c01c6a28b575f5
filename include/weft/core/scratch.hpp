// SPDX-License-Identifier: MIT
// Memory for work in progress, which a caller lends to one session after the other, so that an
// idle session owns no buffer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>

#include <weft/core/byte_queue.hpp>
#include <weft/core/time.hpp>

namespace weft {

/// What a session works in while its caller works for it. Made by the caller, used by the session.
///
/// Lend it with `session::borrow`, take it back with `session::settle`. One session at a time.
class scratch {
public:
    /// With room for a close frame and a few more, so that an end can be told without more memory.
    scratch() { output_.reserve(512); }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;

private:
    friend class session;

    /// Room for a short message that comes compressed, of at most so many bytes.
    [[nodiscard]] std::span<std::byte> room_for_decoded(std::size_t size_max) {
        if (!decoded_) decoded_ = std::make_unique_for_overwrite<std::byte[]>(decoded_size);
        return {decoded_.get(), std::min(decoded_size, size_max)};
    }

    static constexpr std::size_t decoded_size = 16 * 1024;

    std::span<std::byte> input_;         // received and not pulled yet
    std::unique_ptr<std::byte[]> decoded_; // a short message that was compressed
    byte_queue output_;                  // frames, older than payload_
    std::span<const std::byte> payload_; // the end of the last frame, where the sender has it
    time_point taken_at_{};              // when the stream took the front of it
};

} // namespace weft
