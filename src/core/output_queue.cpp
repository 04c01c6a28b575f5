// SPDX-License-Identifier: MIT
// The order of a queue's own bytes and its references.
#include <weft/core/output_queue.hpp>

#include <algorithm>

namespace weft {
namespace {

std::size_t share_of(const shared_bytes& what) noexcept {
    const auto count = static_cast<std::size_t>(std::max(1L, what.owner.use_count()));
    return std::max(what.bytes.size(), what.owned) / count;
}

} // namespace

/// Reuses the places of consumed references, in linear time overall.
void output_queue::reserve_references(std::size_t count) {
    if (first_ > shared_.size() / 2) {
        shared_.erase(shared_.begin(), shared_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
    const std::size_t wanted = shared_.size() + count;
    if (wanted > shared_.capacity()) shared_.reserve(std::max(wanted, 2 * shared_.size()));
}

/// Appends a reference after the first `own_size` own bytes. Its memory must have been reserved.
void output_queue::place(shared_bytes&& more, std::size_t own_size) noexcept {
    if (more.bytes.empty()) return;
    const std::size_t share = share_of(more);
    shared_size_ += more.bytes.size();
    share_ += share;
    shared_.push_back({std::move(more), own_size - own_placed_, share});
    own_placed_ = own_size;
}

void output_queue::append(output_queue& other) {
    const std::size_t before = own_.size();
    own_.reserve(other.own_.size());
    reserve_references(other.shared_.size() - other.first_);
    own_.append(other.own_.bytes());
    std::size_t own_size = before;
    for (std::size_t i = other.first_; i < other.shared_.size(); ++i) {
        own_size += other.shared_[i].own_before;
        place(std::move(other.shared_[i].what), own_size);
    }
    other.rewind();
}

void output_queue::consume_mixed(std::size_t count) noexcept {
    while (count != 0) {
        if (shared_size_ == 0) return own_.consume(count);
        piece& next = shared_[first_];
        const std::size_t own = std::min(count, next.own_before);
        own_.consume(own);
        next.own_before -= own;
        own_placed_ -= own;
        count -= own;
        auto& bytes = next.what.bytes;
        const std::size_t taken = std::min(count, bytes.size());
        bytes = bytes.subspan(taken);
        shared_size_ -= taken;
        count -= taken;
        if (!bytes.empty()) continue;
        share_ -= next.share;
        next.what.owner.reset();
        if (++first_ == shared_.size()) drop_references();
    }
}

std::size_t output_queue::list_mixed(std::span<std::span<const std::byte>> to) const noexcept {
    std::size_t count = 0;
    auto own = own_.bytes();
    const auto add = [&](std::span<const std::byte> bytes) {
        if (!bytes.empty() && count != to.size()) to[count++] = bytes;
    };
    for (std::size_t i = first_; i < shared_.size() && count != to.size(); ++i) {
        add(own.first(shared_[i].own_before));
        own = own.subspan(shared_[i].own_before);
        add(shared_[i].what.bytes);
    }
    add(own);
    return count;
}

void output_queue::drop_references() noexcept {
    shared_.clear();
    first_ = own_placed_ = shared_size_ = share_ = 0;
}

} // namespace weft
