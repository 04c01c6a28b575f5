// SPDX-License-Identifier: MIT
// A timer of the application's.
#pragma once

#include <memory>

#include <weft/loop/event_loop.hpp>

namespace weft {

/// Calls a function at a deadline: once, or again and again.
///
/// While armed it counts as work of the loop. It may be armed, disarmed and destroyed anywhere on
/// the loop's thread, its own function included; it may outlive the loop. Only making it takes
/// memory.
class timer {
public:
    timer(event_loop& loop, function<void()> expired);
    ~timer();
    timer(timer&& other) noexcept;
    timer& operator=(timer&& other) noexcept;

    /// Calls the function at `deadline`, replacing an earlier deadline; never from inside this
    /// call, and not before the next turn. A microsecond is the resolution.
    void arm_at(time_point deadline) noexcept;

    /// The same, `delay` from the present moment on.
    void arm_after(duration delay) noexcept;

    /// Calls the function `first` from now, and then every `period`, until the timer is disarmed or
    /// armed otherwise.
    ///
    /// Calls are due at `first + n * period`: lateness does not add up. What was missed, because
    /// the loop or the function itself was busy, is left out: there are no bursts. The function is
    /// not called again before it has returned, nested turns included. A period has at least a
    /// microsecond.
    void arm_every(duration first, duration period) noexcept;
    void arm_every(duration period) noexcept { arm_every(period, period); }

    void disarm() noexcept;

    /// Whether a call is to come. In its own function a repeating timer is armed, another is not.
    [[nodiscard]] bool armed() const noexcept;

private:
    class alarm;

    std::shared_ptr<loop_state> loop_;
    alarm* alarm_;
};

} // namespace weft
