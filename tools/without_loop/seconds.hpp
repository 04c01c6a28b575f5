// SPDX-License-Identifier: MIT
// Converts seconds from the command line to a duration.
#pragma once

#include <algorithm>
#include <chrono>

#include <weft/core/time.hpp>

namespace weft_tool {

/// At most a year, which is long enough and does not overflow.
[[nodiscard]] inline weft::duration seconds(double typed) {
    constexpr double year = 365.0 * 24 * 3600;
    return std::chrono::duration_cast<weft::duration>(
        std::chrono::duration<double>(std::clamp(typed, 0.0, year)));
}

} // namespace weft_tool
