// SPDX-License-Identifier: MIT
// How many prefixes of each length a table has. The prefixes that match a name are found with one
// look-up for each length.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

namespace weft {

class prefix_lengths {
public:
    /// Counts a prefix. Throws std::bad_alloc; then nothing was done.
    void add(std::size_t length) { ++counts_[length]; }

    void remove(std::size_t length) noexcept {
        const auto found = counts_.find(length);
        if (--found->second == 0) counts_.erase(found);
    }

    /// Returns the shortest length of at least `least`, and of at most `most`; nothing if no prefix
    /// has one.
    [[nodiscard]] std::optional<std::size_t> next(std::size_t least,
                                                  std::size_t most) const noexcept {
        const auto found = counts_.lower_bound(least);
        if (found == counts_.end() || found->first > most) return std::nullopt;
        return found->first;
    }

private:
    std::map<std::size_t, std::size_t> counts_; // never zero
};

} // namespace weft
