// SPDX-License-Identifier: MIT
// A timer for the application.
#pragma once

#include <memory>

#include <weft/loop/event_loop.hpp>

namespace weft {

/// Calls a function at a deadline: once, or periodically.
///
/// While armed it counts as work of the loop. It may be armed, disarmed and destroyed at any point
/// on the loop's thread, even in its own function, and may outlive the loop. Only the constructor
/// allocates memory.
class timer {
public:
    timer(event_loop& loop, function<void()> expired);
    ~timer();
    timer(timer&& other) noexcept;
    timer& operator=(timer&& other) noexcept;

    /// Calls the function at `deadline`, replacing an earlier deadline; never from inside this
    /// call, and not before the next turn. The resolution is that of the system's waits:
    /// milliseconds where a standalone loop has no epoll_pwait2 (before Linux 5.11), otherwise
    /// nanoseconds.
    void arm_at(time_point deadline) noexcept;

    /// Does the same, `delay` from now.
    void arm_after(duration delay) noexcept;

    /// Calls the function `first` from now, and then every `period`, until the timer is disarmed or
    /// armed again.
    ///
    /// Calls are due at `first + n * period`, so that delays do not accumulate. Calls that were
    /// missed because the loop or the function was busy are skipped. The function is not called
    /// again before it has returned, not even in nested turns. A period below one microsecond
    /// becomes one microsecond.
    void arm_every(duration first, duration period) noexcept;
    void arm_every(duration period) noexcept { arm_every(period, period); }

    void disarm() noexcept;

    /// Returns true if another call is due. Inside its own function, a periodic timer is armed and
    /// a one-shot timer is not.
    [[nodiscard]] bool armed() const noexcept;

private:
    class alarm;

    std::shared_ptr<loop_state> loop_;
    alarm* alarm_;
};

} // namespace weft
