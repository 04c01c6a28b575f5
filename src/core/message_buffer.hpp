// SPDX-License-Identifier: MIT
// The payload of a message while it arrives. The memory grows with what has arrived, not with what
// the peer has announced, and reading goes directly into it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace weft {

/// Bytes in blocks of growing size, which are joined once.
///
/// When half of the expected bytes are there, the blocks move into memory for all of them, and the
/// rest arrives in place. So a byte moves at most once, and the memory is at most twice what has
/// arrived, plus the blocks while they move.
class message_buffer {
public:
    /// The total size is not known.
    static constexpr std::uint64_t unknown = 0;

    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return earlier_size_ + last_.size; }

    /// Returns the size of the allocated memory, in bytes.
    [[nodiscard]] std::size_t memory_used() const noexcept;

    /// Returns free memory for bytes that follow the present ones; never empty. New memory is for
    /// at least `wanted` bytes, or for the rest of the `expected` size if half of it is there then.
    /// Invalidates earlier views.
    [[nodiscard]] std::span<std::byte> room(std::size_t wanted, std::uint64_t expected);

    /// Does the same in contiguous memory that never exceeds `limit`: up to `wanted` bytes.
    [[nodiscard]] std::span<std::byte> contiguous_room(std::size_t wanted, std::size_t limit);

    /// Appends the first `count` bytes of the room, which the caller has filled.
    void grow(std::size_t count) noexcept { last_.size += count; }

    /// Appends a copy of `bytes`, or the bytes themselves if they are in the room already.
    void append(std::span<const std::byte> bytes, std::uint64_t expected);

    /// Returns all bytes, joined. The view is valid until the next call that is not a getter.
    [[nodiscard]] std::span<std::byte> whole();

    void release() noexcept { *this = message_buffer(); }

private:
    struct block {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t capacity = 0;
        std::size_t size = 0;

        [[nodiscard]] std::span<std::byte> free() const noexcept {
            return {bytes.get() + size, capacity - size};
        }
    };

    static block make_block(std::size_t capacity);
    void move_into(block larger) noexcept;

    std::vector<block> earlier_; // full, or nearly
    std::size_t earlier_size_ = 0;
    block last_;
};

} // namespace weft
