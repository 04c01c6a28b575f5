// SPDX-License-Identifier: MIT
// The time that is handed to everything that has deadlines. The types only: nothing in core
// reads a clock.
#pragma once

#include <chrono>

#include <weft/core/language.hpp>

namespace weft {

using duration = std::chrono::nanoseconds;
using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;

/// Later than every deadline: the deadline of what never expires.
inline constexpr time_point never = time_point::max();

/// `base + by`, or `never` where that would overflow; `by` is not negative.
[[nodiscard]] constexpr time_point later(time_point base, duration by) noexcept {
    return base > never - by ? never : base + by;
}

/// The deadline of a timeout that begins at `base`; a timeout of zero means never.
[[nodiscard]] constexpr time_point deadline_after(time_point base, duration timeout) noexcept {
    return timeout <= duration::zero() ? never : later(base, timeout);
}

} // namespace weft
