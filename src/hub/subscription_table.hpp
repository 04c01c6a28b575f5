// SPDX-License-Identifier: MIT
// All subscriptions of a hub: found by member and topic, and linked to both. Adding, finding and
// removing one takes constant time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "hub/subscription.hpp"

namespace weft {

/// Subscriptions have stable addresses, in blocks that are reused and never freed. While a
/// publication is delivered (`hold`), removed ones are only marked, so that pointers on the stack
/// stay valid.
class subscription_table {
public:
    subscription_table();
    subscription_table(const subscription_table&) = delete;
    subscription_table& operator=(const subscription_table&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] subscription& at(std::uint32_t id) const noexcept {
        return blocks_[id / block_size][id % block_size];
    }
    [[nodiscard]] subscription* find(const member& who, const topic& what) const noexcept;

    /// Adds a subscription that does not exist yet. Throws std::bad_alloc; then nothing was done.
    subscription& add(member& who, topic& what);

    /// Removes one from its topic, from its member and from the table. Returns its extra state.
    std::unique_ptr<subscription_extra> remove(subscription& gone) noexcept;

    /// Returns what only some subscriptions need; `add_extra` throws std::bad_alloc.
    [[nodiscard]] subscription_extra* extra(const subscription& of) const noexcept;
    subscription_extra& add_extra(subscription& of);
    void drop_extra(subscription& of) noexcept;

    // --- while pointers to subscriptions are on the stack

    void hold() noexcept { ++holds_; }
    void release() noexcept;

private:
    static constexpr std::size_t block_size = 1024;

    [[nodiscard]] std::size_t bucket(const member* who, const topic* what) const noexcept;
    void grow();
    void rehash(std::size_t count);
    void free_ended() noexcept;

    std::vector<std::unique_ptr<subscription[]>> blocks_;
    std::vector<std::uint32_t> buckets_; // the first of each chain
    std::uint32_t free_ = subscription::none;
    std::uint32_t ended_ = subscription::none; // removed while held
    std::size_t size_ = 0;
    std::size_t holds_ = 0;
    std::unordered_map<const subscription*, std::unique_ptr<subscription_extra>> extras_;
};

} // namespace weft
