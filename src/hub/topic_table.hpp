// SPDX-License-Identifier: MIT
// The topics and prefixes of a hub by their names. A publication finds the prefixes that match with
// one look-up for each length that prefixes have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hub/prefix_lengths.hpp"
#include "hub/subscription.hpp"

namespace weft {

class topic_table {
public:
    [[nodiscard]] topic* find(std::string_view name, bool prefix) const noexcept {
        const auto& all = prefix ? prefixes_ : topics_;
        const auto found = all.find(name);
        return found == all.end() ? nullptr : found->second.get();
    }

    /// Throws std::bad_alloc; then nothing was added.
    topic& find_or_add(std::string_view name, bool prefix);
    void remove(topic& gone) noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return topics_.size() + prefixes_.size(); }
    [[nodiscard]] bool has_prefixes() const noexcept { return !prefixes_.empty(); }

    /// The lengths of all prefixes.
    [[nodiscard]] const prefix_lengths& lengths() const noexcept { return lengths_; }

    /// Returns the topic or prefix that was added last; null if there is none. `topic::next` leads
    /// to all others. The pointer stays valid while its topic is pinned.
    [[nodiscard]] topic* first() const noexcept { return first_; }

private:
    /// The keys are views of the topics' names.
    using table = std::unordered_map<std::string_view, std::unique_ptr<topic>>;

    table topics_;
    table prefixes_;
    prefix_lengths lengths_;
    topic* first_ = nullptr; // of the list of all
    std::uint64_t made_ = 0;
};

} // namespace weft
