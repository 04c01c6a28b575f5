// SPDX-License-Identifier: MIT
// Types for times and deadlines. Nothing in core reads a clock: callers pass the time.
#pragma once

#include <chrono>
#include <cstddef>

#include <weft/core/language.hpp>

namespace weft {

using duration = std::chrono::nanoseconds;
using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;

/// The deadline that never passes: later than every other time point.
inline constexpr time_point never = time_point::max();

/// Returns `base + by`, or `never` if that would overflow. `by` must not be negative.
[[nodiscard]] constexpr time_point later(time_point base, duration by) noexcept {
    return base > never - by ? never : base + by;
}

/// Returns the deadline of a timeout that begins at `base`; a timeout of zero means `never`.
[[nodiscard]] constexpr time_point deadline_after(time_point base, duration timeout) noexcept {
    return timeout <= duration::zero() ? never : later(base, timeout);
}

/// Returns the fraction `part` of `whole`; `part` must be from 0 to 1.
[[nodiscard]] constexpr duration fraction_of(duration whole, double part) noexcept {
    if (part >= 1.0) return whole; // the conversions may round up
    return duration(static_cast<duration::rep>(static_cast<double>(whole.count()) * part));
}

/// Returns `first`, doubled `times` times: the delay of a back-off. At most `most`, and not
/// negative.
[[nodiscard]] constexpr duration doubled(duration first, std::size_t times,
                                         duration most) noexcept {
    duration delay = first < most ? first : most;
    if (delay <= duration::zero()) return duration::zero();
    for (; times != 0 && delay < most; --times) delay = delay > most / 2 ? most : delay * 2;
    return delay;
}

} // namespace weft
