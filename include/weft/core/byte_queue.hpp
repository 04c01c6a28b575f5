// SPDX-License-Identifier: MIT
// Bytes that wait: appended at the end, consumed at the front, linear in the bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include <weft/core/language.hpp>

namespace weft {

/// A queue of bytes that lie side by side.
class byte_queue {
public:
    [[nodiscard]] bool empty() const noexcept { return head_ == tail_; }
    [[nodiscard]] std::size_t size() const noexcept { return tail_ - head_; }
    [[nodiscard]] std::span<std::byte> bytes() noexcept { return {memory_.get() + head_, size()}; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return {memory_.get() + head_, size()};
    }

    /// Bytes of memory that it owns.
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    /// True when it owns memory, into which views may still point although nothing waits.
    [[nodiscard]] bool owns_memory() const noexcept { return capacity_ != 0; }

    /// After this, appending `more` bytes cannot fail. Ends views; may throw std::bad_alloc.
    void reserve(std::size_t more) {
        if (capacity_ - tail_ < more) make_room(more);
    }

    /// Appends `count` bytes that the caller fills in. Ends views; may throw std::bad_alloc.
    [[nodiscard]] std::byte* extend(std::size_t count) {
        reserve(count);
        tail_ += count;
        return memory_.get() + tail_ - count;
    }

    void append(std::span<const std::byte> more) {
        if (!more.empty()) std::memcpy(extend(more.size()), more.data(), more.size());
    }

    /// Takes `count` bytes off the front; the memory stays, and so do views into it.
    void consume(std::size_t count) noexcept { head_ += count; }

    /// Takes `count` bytes off the end, which `extend` has just put there.
    void drop_back(std::size_t count) noexcept { tail_ -= count; }

    /// Forgets all bytes and keeps the memory.
    void rewind() noexcept { head_ = tail_ = 0; }

    /// Gives the memory back when nothing waits; ends views into it.
    void release_if_empty() noexcept {
        if (empty()) clear();
    }

    void clear() noexcept {
        memory_.reset();
        capacity_ = 0;
        rewind();
    }

private:
    /// Moves what waits to the front, where more was consumed than is left; else into more memory,
    /// by what waits: what has passed through is no reason to grow.
    void make_room(std::size_t more) {
        const std::size_t waiting = size();
        if (head_ > waiting && capacity_ - waiting >= more) {
            std::memcpy(memory_.get(), memory_.get() + head_, waiting);
        } else {
            const std::size_t larger = std::max(waiting + more, 2 * waiting);
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
