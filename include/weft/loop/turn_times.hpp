// SPDX-License-Identifier: MIT
// How long the turns of an event loop take, as a histogram.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <weft/core/duration_histogram.hpp>

namespace weft {

inline constexpr std::array<duration, 8> turn_time_bounds{
    std::chrono::microseconds(100), std::chrono::milliseconds(1),  std::chrono::milliseconds(5),
    std::chrono::milliseconds(10),  std::chrono::milliseconds(50), std::chrono::milliseconds(100),
    std::chrono::milliseconds(500), std::chrono::seconds(1)};

/// How long turns took, without the time that they waited for events. While a turn runs, everything
/// else on the loop waits.
struct turn_times : duration_histogram<turn_time_bounds> {
    duration longest{};

    void add(duration turn) noexcept {
        duration_histogram::add(turn);
        if (longest < turn) longest = turn;
    }

    /// Adds the turns of another loop.
    turn_times& operator+=(const turn_times& other) noexcept {
        duration_histogram::operator+=(other);
        if (longest < other.longest) longest = other.longest;
        return *this;
    }
};

/// Returns the times in the text format of Prometheus, to be served together with that of
/// `endpoint_counters`: the histogram `turn_seconds` and the longest turn.
[[nodiscard]] std::string prometheus_text(const turn_times& times,
                                          std::string_view prefix = "weft");

} // namespace weft
