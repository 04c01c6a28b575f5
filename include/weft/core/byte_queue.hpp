// SPDX-License-Identifier: MIT
// A contiguous byte buffer: bytes are appended at the end and consumed at the front, in linear time
// overall.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include <weft/core/language.hpp>

namespace weft {

/// A queue of bytes that are contiguous in memory.
class byte_queue {
public:
    [[nodiscard]] bool empty() const noexcept { return head_ == tail_; }
    [[nodiscard]] std::size_t size() const noexcept { return tail_ - head_; }
    [[nodiscard]] std::span<std::byte> bytes() noexcept { return {memory_.get() + head_, size()}; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return {memory_.get() + head_, size()};
    }

    /// Returns the size of the allocated memory, in bytes.
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    /// Returns true if memory is allocated. Views may still point into it after all bytes were
    /// consumed.
    [[nodiscard]] bool owns_memory() const noexcept { return capacity_ != 0; }

    /// Ensures that appending `more` bytes cannot fail. Invalidates views; may throw
    /// std::bad_alloc.
    void reserve(std::size_t more) {
        if (capacity_ - tail_ < more) make_room(more);
    }

    /// Appends `count` bytes for the caller to fill in. Invalidates views; may throw
    /// std::bad_alloc.
    [[nodiscard]] std::byte* extend(std::size_t count) {
        reserve(count);
        tail_ += count;
        return memory_.get() + tail_ - count;
    }

    void append(std::span<const std::byte> more) {
        if (!more.empty()) std::memcpy(extend(more.size()), more.data(), more.size());
    }

    /// Removes `count` bytes from the front. Keeps the memory; views stay valid.
    void consume(std::size_t count) noexcept { head_ += count; }

    /// Removes, from the end, `count` of the bytes that `extend` has just added.
    void drop_back(std::size_t count) noexcept { tail_ -= count; }

    /// Removes all bytes and keeps the memory.
    void rewind() noexcept { head_ = tail_ = 0; }

    /// Frees the memory if the queue is empty. Invalidates views.
    void release_if_empty() noexcept {
        if (empty()) clear();
    }

    void clear() noexcept {
        memory_.reset();
        capacity_ = 0;
        rewind();
    }

private:
    /// Moves the queued bytes to the front if more bytes were consumed than are queued and `more`
    /// bytes fit after the move; otherwise moves them to new memory. The new size does not depend
    /// on consumed bytes, so that a long-lived queue does not grow.
    void make_room(std::size_t more) {
        const std::size_t waiting = size();
        if (head_ > waiting && capacity_ - waiting >= more) {
            std::memcpy(memory_.get(), memory_.get() + head_, waiting);
        } else {
            const std::size_t larger = waiting + (more > waiting ? more : waiting);
            auto moved = std::make_unique_for_overwrite<std::byte[]>(larger);
            if (waiting != 0) std::memcpy(moved.get(), memory_.get() + head_, waiting);
            memory_ = std::move(moved);
            capacity_ = larger;
        }
        head_ = 0;
        tail_ = waiting;
    }

    std::unique_ptr<std::byte[]> memory_;
    std::size_t capacity_ = 0;
    std::size_t head_ = 0;
    std::size_t tail_ = 0;
};

} // namespace weft
