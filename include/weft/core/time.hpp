// SPDX-License-Identifier: MIT
// The time that is handed to everything that has deadlines. The types only: nothing in core
// reads a clock.
#pragma once

#include <chrono>

namespace weft {

using duration = std::chrono::nanoseconds;
using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;

/// Later than every deadline: the deadline of what never expires.
inline constexpr time_point never = time_point::max();

/// `base + after`, without overflow; a duration of zero means never.
[[nodiscard]] constexpr time_point deadline_after(time_point base, duration after) noexcept {
    if (after <= duration::zero()) return never;
    return base > never - after ? never : base + after;
}

} // namespace weft
