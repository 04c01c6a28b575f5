// SPDX-License-Identifier: MIT
// The length of a wait for a deadline, in the units of system calls. POSIX.
#pragma once

#include <chrono>
#include <ctime>

#include <weft/core/time.hpp>

namespace weft {

[[nodiscard]] inline timespec as_timespec(duration time) noexcept {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    return {static_cast<time_t>(seconds.count()), static_cast<long>((time - seconds).count())};
}

/// Returns the time until `deadline`; zero if it has passed, and also for `never`. Reads the clock
/// only if needed.
[[nodiscard]] inline duration time_until(time_point deadline) noexcept {
    if (deadline == never || deadline == time_point::min()) return duration::zero();
    const time_point present = std::chrono::steady_clock::now();
    return deadline <= present ? duration::zero() : deadline - present;
}

} // namespace weft
