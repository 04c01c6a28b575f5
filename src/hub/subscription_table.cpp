// SPDX-License-Identifier: MIT
// Finds, adds and removes subscriptions.
#include "hub/subscription_table.hpp"

#include <new>
#include <utility>

namespace weft {
namespace {

constexpr std::size_t buckets_at_first = 64;

/// Mixes the bits of two addresses (the finalizer of MurmurHash3).
std::size_t mix(const void* one, const void* other) noexcept {
    auto bits = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(one));
    bits ^= static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(other)) *
        0x9e3779b97f4a7c15U;
    bits ^= bits >> 33;
    bits *= 0xff51afd7ed558ccdU;
    bits ^= bits >> 33;
    return static_cast<std::size_t>(bits);
}

} // namespace

subscription_table::subscription_table() : buckets_(buckets_at_first, subscription::none) {}

std::size_t subscription_table::bucket(const member* who, const topic* what) const noexcept {
    return mix(who, what) & (buckets_.size() - 1);
}

subscription* subscription_table::find(const member& who, const topic& what) const noexcept {
    std::uint32_t id = buckets_[bucket(&who, &what)];
    while (id != subscription::none) {
        subscription& one = at(id);
        if (one.member == &who && one.topic == &what) return &one;
        id = one.chain;
    }
    return nullptr;
}

subscription& subscription_table::add(member& who, topic& what) {
    if (size_ >= buckets_.size()) rehash(buckets_.size() * 2);
    if (free_ == subscription::none) grow();
    what.subscriptions.reserve_one();

    const std::uint32_t id = free_;
    subscription& added = at(id);
    free_ = added.chain;
    added = subscription();
    added.topic = &what;
    added.member = &who;
    std::uint32_t& chain = buckets_[bucket(&who, &what)];
    added.chain = std::exchange(chain, id);
    what.subscriptions.add(added);
    if (who.first == subscription::none) {
        added.next = added.previous = who.first = id;
    } else {
        added.next = who.first;
        added.previous = at(who.first).previous;
        at(added.previous).next = id;
        at(added.next).previous = id;
    }
    ++who.count;
    ++size_;
    return added;
}

std::unique_ptr<subscription_extra> subscription_table::remove(subscription& gone) noexcept {
    std::uint32_t* link = &buckets_[bucket(gone.member, gone.topic)];
    while (&at(*link) != &gone) link = &at(*link).chain;
    const std::uint32_t id = *link;
    *link = gone.chain;

    member& who = *gone.member;
    at(gone.previous).next = gone.next;
    at(gone.next).previous = gone.previous;
    if (--who.count == 0) {
        who.first = subscription::none;
    } else if (who.first == id) {
        who.first = gone.next;
    }
    gone.topic->subscriptions.remove(gone);

    std::unique_ptr<subscription_extra> extra;
    if (gone.has_extra) extra = std::move(extras_.extract(&gone).mapped());
    gone.has_extra = 0;
    gone.ended = 1;
    gone.chain = std::exchange(ended_, id);
    --size_;
    if (holds_ == 0) free_ended();
    return extra;
}

void subscription_table::release() noexcept {
    if (--holds_ == 0) free_ended();
}

void subscription_table::free_ended() noexcept {
    while (ended_ != subscription::none) {
        subscription& one = at(ended_);
        one.member = nullptr;
        const std::uint32_t id = std::exchange(ended_, one.chain);
        one.chain = std::exchange(free_, id);
    }
}

subscription_extra* subscription_table::extra(const subscription& of) const noexcept {
    return of.has_extra ? extras_.find(&of)->second.get() : nullptr;
}

subscription_extra& subscription_table::add_extra(subscription& of) {
    if (of.has_extra) return *extra(of);
    const auto added = extras_.emplace(&of, std::make_unique<subscription_extra>()).first;
    of.has_extra = 1;
    return *added->second;
}

void subscription_table::drop_extra(subscription& of) noexcept {
    of.has_extra = 0;
    extras_.erase(&of);
}

void subscription_table::grow() {
    if ((blocks_.size() + 1) * block_size >= subscription::none) throw std::bad_alloc();
    blocks_.reserve(blocks_.size() + 1);
    auto block = std::make_unique<subscription[]>(block_size);
    const auto first = static_cast<std::uint32_t>(blocks_.size() * block_size);
    for (std::uint32_t i = block_size; i-- != 0;) {
        block[i].chain = std::exchange(free_, first + i);
    }
    blocks_.push_back(std::move(block));
}

void subscription_table::rehash(std::size_t count) {
    std::vector<std::uint32_t> old(count, subscription::none);
    std::swap(old, buckets_);
    for (const std::uint32_t first : old) {
        for (std::uint32_t id = first; id != subscription::none;) {
            subscription& one = at(id);
            std::uint32_t& chain = buckets_[bucket(one.member, one.topic)];
            id = std::exchange(one.chain, std::exchange(chain, id));
        }
    }
}

} // namespace weft
