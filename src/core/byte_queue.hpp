// SPDX-License-Identifier: MIT
// Bytes that wait: appended at the end, consumed at the front, linear in the bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace weft {

/// A queue of bytes that is contiguous and owns no memory while it is empty.
class byte_queue {
public:
    [[nodiscard]] bool empty() const noexcept { return head_ == bytes_.size(); }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() - head_; }
    [[nodiscard]] std::span<std::byte> bytes() noexcept { return std::span(bytes_).subspan(head_); }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return std::span(bytes_).subspan(head_);
    }

    /// True when it owns memory, into which views may still point although nothing waits.
    [[nodiscard]] bool owns_memory() const noexcept { return bytes_.capacity() != 0; }

    /// After this, appending `more` bytes cannot fail.
    void reserve(std::size_t more) {
        if (head_ > size()) compact();
        if (bytes_.capacity() - bytes_.size() >= more) return;
        bytes_.reserve(std::max(bytes_.size() + more, 2 * bytes_.capacity()));
    }

    void append(std::span<const std::byte> more) {
        if (head_ > size()) compact();
        bytes_.insert(bytes_.end(), more.begin(), more.end());
    }

    void consume(std::size_t count) noexcept { head_ += count; }

    /// Gives the memory back when nothing waits; ends the views into it.
    void release_if_empty() noexcept {
        if (empty()) clear();
    }

    void clear() noexcept {
        std::vector<std::byte>().swap(bytes_);
        head_ = 0;
    }

private:
    /// What was consumed is more than what is left, so moving costs less than consuming did.
    void compact() {
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
    }

    std::vector<std::byte> bytes_;
    std::size_t head_ = 0;
};

} // namespace weft
