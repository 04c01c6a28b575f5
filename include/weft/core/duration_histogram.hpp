// SPDX-License-Identifier: MIT
// A histogram of durations.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <weft/core/time.hpp>

namespace weft {

/// Counts durations by range. `limits` is an array with the upper end of each range but the last,
/// in ascending order.
template <const auto& limits>
struct duration_histogram {
    static constexpr const auto& bounds = limits;

    /// `counts[i]` is for durations above `bounds[i - 1]` up to `bounds[i]`; the last one is for
    /// longer ones.
    std::array<std::uint64_t, limits.size() + 1> counts{};
    duration sum{};

    void add(duration one) noexcept {
        std::size_t at = 0;
        while (at < bounds.size() && bounds[at] < one) ++at;
        ++counts[at];
        sum += one;
    }

    duration_histogram& operator+=(const duration_histogram& other) noexcept {
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
        sum += other.sum;
        return *this;
    }
};

} // namespace weft
