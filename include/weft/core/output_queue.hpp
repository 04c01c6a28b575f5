// SPDX-License-Identifier: MIT
// The output that a session has queued: bytes of its own, and references to bytes that other queues
// share. Knows no frames.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <weft/core/byte_queue.hpp>

namespace weft {

/// Bytes that several queues may refer to, and what keeps them alive.
struct shared_bytes {
    std::span<const std::byte> bytes = {};
    std::shared_ptr<const void> owner = {};
    std::size_t owned = 0; ///< size of the owner's memory, if that is more than `bytes`
};

/// A queue of bytes: its own, and references to shared ones, in any order. Its own bytes between
/// two references are one piece.
class output_queue {
public:
    [[nodiscard]] bool empty() const noexcept { return own_.empty() && shared_size_ == 0; }

    /// Returns the number of queued bytes, including those that are only referred to.
    [[nodiscard]] std::size_t size() const noexcept { return own_.size() + shared_size_; }

    /// Returns an estimate of the memory that the queue needs: its own memory, and its share of the
    /// memory that it refers to. The share is the size of that memory divided by the number of
    /// references that existed when this one was queued.
    [[nodiscard]] std::size_t memory_used() const noexcept {
        return own_.capacity() + shared_.capacity() * sizeof(piece) + share_;
    }

    /// Appends `count` bytes for the caller to fill in. Invalidates views; may throw
    /// std::bad_alloc.
    [[nodiscard]] std::byte* extend(std::size_t count) { return own_.extend(count); }

    /// Ensures that `extend` by `count` bytes cannot fail.
    void reserve(std::size_t count) { own_.reserve(count); }

    /// Removes, from the end, `count` of the bytes that `extend` has just added.
    void drop_back(std::size_t count) noexcept { own_.drop_back(count); }

    void append(std::span<const std::byte> more) { own_.append(more); }

    /// Appends a reference, which is dropped once its bytes are consumed. A call that throws
    /// std::bad_alloc has no effect.
    void append(shared_bytes more) {
        reserve_references(1);
        place(std::move(more), own_.size());
    }

    /// Moves everything from `other` to the end of this queue. A call that throws std::bad_alloc
    /// has no effect on either.
    void append(output_queue& other);

    /// Removes `count` bytes from the front. Keeps the memory; views of the queue's own bytes stay
    /// valid.
    void consume(std::size_t count) noexcept {
        if (shared_size_ == 0) return own_.consume(count);
        consume_mixed(count);
    }

    /// Writes the first pieces of the queue to `to`; returns their number.
    [[nodiscard]] std::size_t list(std::span<std::span<const std::byte>> to) const noexcept {
        if (shared_size_ != 0) return list_mixed(to);
        if (own_.empty() || to.empty()) return 0;
        to[0] = own_.bytes();
        return 1;
    }

    /// Removes all bytes and keeps the memory of its own.
    void rewind() noexcept {
        own_.rewind();
        if (shared_size_ != 0) drop_references();
    }

    /// Frees the memory if the queue is empty. Invalidates views.
    void release_if_empty() noexcept {
        if (empty()) clear();
    }

    void clear() noexcept {
        own_.clear();
        drop_references();
        std::vector<piece>().swap(shared_);
    }

private:
    struct piece {
        shared_bytes what;
        std::size_t own_before; // own bytes between the previous reference and this one
        std::size_t share;      // of the memory that it refers to
    };

    void reserve_references(std::size_t count);
    void place(shared_bytes&& more, std::size_t own_size) noexcept;
    void consume_mixed(std::size_t count) noexcept;
    [[nodiscard]] std::size_t list_mixed(std::span<std::span<const std::byte>> to) const noexcept;
    void drop_references() noexcept;

    byte_queue own_;
    std::vector<piece> shared_; // from first_ on; older ones have been consumed
    std::size_t first_ = 0;
    std::size_t own_placed_ = 0;  // own bytes that stand before a reference
    std::size_t shared_size_ = 0; // bytes that are referred to
    std::size_t share_ = 0;
};

} // namespace weft
