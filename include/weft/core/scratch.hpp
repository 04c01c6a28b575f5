// SPDX-License-Identifier: MIT
// Work buffers that a caller lends to one session after another, so that an idle session owns no
// buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <weft/core/output_queue.hpp>
#include <weft/core/time.hpp>

namespace weft {

/// The buffers that a session uses while its caller works on it. Created by the caller.
///
/// Lend it to one session at a time: `session::borrow` lends it, `session::settle` returns it.
class scratch {
public:
    /// Reserves room for a close frame and a few more frames, so that a session can be ended when
    /// no memory is left.
    scratch() { output_.reserve(512); }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;

private:
    friend class session;
    friend struct short_messages;
    friend struct shared_frames;

    /// Returns a buffer of at most `size_max` bytes for the decompressed bytes of a short message.
    [[nodiscard]] std::span<std::byte> room_for_decoded(std::size_t size_max) {
        if (!decoded_) decoded_ = std::make_unique_for_overwrite<std::byte[]>(decoded_size);
        return {decoded_.get(), size_max < decoded_size ? size_max : decoded_size};
    }

    static constexpr std::size_t decoded_size = 16 * 1024;

    std::span<std::byte> input_;         // received but not parsed yet
    std::span<std::byte> received_header_; // of the last event's frame; already parsed
    std::unique_ptr<std::byte[]> decoded_; // a short message, decompressed
    output_queue output_;                  // frames, older than payload_
    std::span<const std::byte> payload_; // the last frame's payload, in the sender's memory
    time_point taken_at_{};              // when the peer last read output, or the wait began
    std::uint8_t short_end_ = 0; // received messages below this size take the fast path
};

} // namespace weft
