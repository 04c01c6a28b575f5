// SPDX-License-Identifier: MIT
// How long the turns of an event loop take, as a histogram.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <weft/core/time.hpp>

namespace weft {

/// How many turns took up to each bound, without the time that they waited for events. While a turn
/// runs, everything else on the loop waits.
struct turn_times {
    static constexpr std::array<duration, 8> bounds{
        std::chrono::microseconds(100), std::chrono::milliseconds(1),
        std::chrono::milliseconds(5),   std::chrono::milliseconds(10),
        std::chrono::milliseconds(50),  std::chrono::milliseconds(100),
        std::chrono::milliseconds(500), std::chrono::seconds(1)};

    /// `counts[i]` is for turns above `bounds[i - 1]` up to `bounds[i]`; the last one is for longer
    /// ones.
    std::array<std::uint64_t, bounds.size() + 1> counts{};
    duration sum{};
    duration longest{};

    void add(duration turn) noexcept {
        std::size_t at = 0;
        while (at != bounds.size() && turn > bounds[at]) ++at;
        ++counts[at];
        sum += turn;
        if (turn > longest) longest = turn;
    }
};

} // namespace weft
