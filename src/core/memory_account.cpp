// SPDX-License-Identifier: MIT
// Sums of the bytes held, and lists of holders by the number of bits in their size.
#include <weft/core/memory_account.hpp>

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace weft {

memory_account::memory_account(memory_account* parent) noexcept : parent_(parent) {
    if (!parent_) return;
    next_ = std::exchange(parent_->children_, this);
    if (next_) next_->previous_ = this;
}

memory_account::~memory_account() {
    assert(used_ == 0 && "bytes are still counted here");
    assert(!children_);
    if (!parent_) return;
    (previous_ ? previous_->next_ : parent_->children_) = next_;
    if (next_) next_->previous_ = previous_;
}

void memory_account::holder::leave() noexcept {
    if (account_) account_->change(*this, owner_, 0);
}

void memory_account::change(holder& which, void* owner, std::size_t bytes) noexcept {
    which.owner_ = owner;
    if (bytes == which.bytes_) return;
    if (which.bytes_ != 0) unlink(which);
    add(bytes, which.bytes_);
    which.bytes_ = bytes;
    which.account_ = bytes == 0 ? nullptr : this;
    if (bytes != 0) link(which);
}

void memory_account::add(std::size_t more, std::size_t less) noexcept {
    for (memory_account* one = this; one; one = one->parent_) one->used_ += more - less;
}

void memory_account::link(holder& which) noexcept {
    list& its = by_size_[static_cast<std::size_t>(std::bit_width(which.bytes_))];
    which.next_ = nullptr;
    which.previous_ = std::exchange(its.last, &which);
    (which.previous_ ? which.previous_->next_ : its.first) = &which;
}

void memory_account::unlink(holder& which) noexcept {
    list& its = by_size_[static_cast<std::size_t>(std::bit_width(which.bytes_))];
    (which.previous_ ? which.previous_->next_ : its.first) = which.next_;
    (which.next_ ? which.next_->previous_ : its.last) = which.previous_;
}

memory_account::holder* memory_account::own_largest() const noexcept {
    for (auto at = by_size_.rbegin(); at != by_size_.rend(); ++at) {
        if (at->first) return at->first;
    }
    return nullptr;
}

/// Visits all children. There are few: one for each endpoint.
memory_account::holder* memory_account::largest_of_all() noexcept {
    holder* found = own_largest();
    for (memory_account* child = children_; child; child = child->next_) {
        holder* const other = child->largest_of_all();
        if (other && (!found || other->bytes_ > found->bytes_)) found = other;
    }
    return found;
}

memory_account::holder* memory_account::largest() noexcept {
    for (memory_account* one = this; one; one = one->parent_) {
        if (one->used_ > one->max_) return one->largest_of_all();
    }
    return largest_of_all();
}

bool memory_account::has_room(std::size_t more) noexcept {
    for (memory_account* one = this; one; one = one->parent_) {
        if (one->max_ >= more && one->used_ <= one->max_ - more) continue;
        const holder* const most = one->largest_of_all();
        if (!most || most->bytes_ <= more) return false;
    }
    return true;
}

} // namespace weft
