// SPDX-License-Identifier: MIT
// Measures whether a peer takes queued output at a minimum rate. Knows no clock and no stream.
#pragma once

#include <chrono>
#include <cstddef>

#include <weft/core/time.hpp>

namespace weft {

/// The deadline for a peer that must take queued output at a minimum rate.
///
/// Measures in intervals. By the end of an interval, the peer must have taken all output that
/// waited at its beginning, or as much as the rate demands in that time, whichever is less. As soon
/// as it has, the next interval begins. So it does not matter how fast the application sends.
class output_rate {
public:
    /// The interval if `write_stall` is zero.
    static constexpr duration default_interval = std::chrono::seconds(30);

    /// Records that the peer has taken `taken` more bytes, and that `waiting` bytes wait for it.
    /// `rate_min` is in bytes per second; 0 means no minimum. The interval is `write_stall`.
    void follow(std::size_t taken, std::size_t waiting, std::size_t rate_min, duration write_stall,
                time_point now) noexcept {
        if (waiting == 0 || rate_min == 0) {
            due_ = never;
        } else if (due_ != never && taken < owed_) {
            owed_ -= taken;
        } else {
            const auto over = write_stall > duration::zero() ? write_stall : default_interval;
            due_ = deadline_after(now, over);
            owed_ = demanded(waiting, rate_min, over);
        }
    }

    /// Moves the deadline later, by the time for which the measurement was suspended.
    void postpone(duration by) noexcept {
        if (due_ != never) due_ = later(due_, by);
    }

    /// Returns the end of the interval; `never` while no output waits or there is no minimum.
    [[nodiscard]] time_point due() const noexcept { return due_; }

private:
    static std::size_t demanded(std::size_t waiting, std::size_t rate_min, duration over) noexcept {
        const double bytes =
            static_cast<double>(rate_min) * std::chrono::duration<double>(over).count();
        if (bytes >= static_cast<double>(waiting)) return waiting;
        return bytes < 1 ? 1 : static_cast<std::size_t>(bytes);
    }

    time_point due_ = never;
    std::size_t owed_ = 0; // bytes that the peer has still to take before `due_`
};

} // namespace weft
