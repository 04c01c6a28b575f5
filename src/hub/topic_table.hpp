// SPDX-License-Identifier: MIT
// The topics and prefixes of a hub by their names. A publication finds the prefixes that match with
// one look-up for each length that prefixes have.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

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

    /// Returns the lengths of all prefixes, each with the number of prefixes that have it.
    [[nodiscard]] const std::map<std::size_t, std::size_t>& lengths() const noexcept {
        return lengths_;
    }

    /// Calls `action` for each topic, but for no prefix; it must not add or remove topics.
    template <class Action>
    void for_each_topic(Action&& action) const {
        for (const auto& [name, one] : topics_) action(*one);
    }

    /// Calls `action` for all topics and prefixes; it must not add or remove any.
    template <class Action>
    void for_each(Action&& action) const {
        for_each_topic(action);
        for (const auto& [name, one] : prefixes_) action(*one);
    }

private:
    /// The keys are views of the topics' names.
    using table = std::unordered_map<std::string_view, std::unique_ptr<topic>>;

    table topics_;
    table prefixes_;
    std::map<std::size_t, std::size_t> lengths_;
    std::uint64_t made_ = 0;
};

} // namespace weft
