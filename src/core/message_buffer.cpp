// SPDX-License-Identifier: MIT
// Blocks of a message in progress, and their join.
#include "core/message_buffer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace weft {
namespace {

constexpr std::size_t block_size_min = 64;

} // namespace

std::size_t message_buffer::memory_used() const noexcept {
    std::size_t bytes = last_.capacity + earlier_.capacity() * sizeof(block);
    for (const block& each : earlier_) bytes += each.capacity;
    return bytes;
}

std::span<std::byte> message_buffer::room(std::size_t wanted, std::uint64_t expected) {
    if (!last_.free().empty()) return last_.free();
    const std::size_t present = size();
    const std::size_t sure = present + wanted;
    if (expected > present && expected / 2 <= sure) {
        move_into(make_block(static_cast<std::size_t>(expected)));
        return last_.free();
    }
    const std::size_t before_half =
        expected == unknown ? SIZE_MAX : static_cast<std::size_t>(expected / 2) - present;
    block next =
        make_block(std::min(before_half, std::max({block_size_min, wanted, present})));
    if (last_.size != 0) earlier_.push_back(std::move(last_));
    earlier_size_ = present;
    last_ = std::move(next);
    return last_.free();
}

std::span<std::byte> message_buffer::contiguous_room(std::size_t wanted, std::size_t limit) {
    const std::size_t present = size();
    const std::size_t needed = present + std::min(wanted, limit - present);
    if (!earlier_.empty() || needed > last_.capacity) {
        move_into(make_block(std::min(limit, std::max(needed, 2 * last_.capacity))));
    }
    return last_.free().first(needed - present);
}

void message_buffer::append(std::span<const std::byte> bytes, std::uint64_t expected) {
    if (!bytes.empty() && bytes.data() == last_.bytes.get() + last_.size) {
        return grow(bytes.size());
    }
    while (!bytes.empty()) {
        const auto to = room(bytes.size(), expected);
        const std::size_t count = std::min(to.size(), bytes.size());
        std::memcpy(to.data(), bytes.data(), count);
        grow(count);
        bytes = bytes.subspan(count);
    }
}

std::span<std::byte> message_buffer::whole() {
    if (!earlier_.empty()) move_into(make_block(size()));
    return {last_.bytes.get(), last_.size};
}

message_buffer::block message_buffer::make_block(std::size_t capacity) {
    return {std::make_unique_for_overwrite<std::byte[]>(capacity), capacity, 0};
}

/// Frees each block once its bytes have moved.
void message_buffer::move_into(block larger) noexcept {
    const auto move = [&larger](block& from) {
        if (from.size != 0) std::memcpy(larger.free().data(), from.bytes.get(), from.size);
        larger.size += from.size;
        from = block();
    };
    for (block& each : earlier_) move(each);
    move(last_);
    std::vector<block>().swap(earlier_);
    earlier_size_ = 0;
    last_ = std::move(larger);
}

} // namespace weft
