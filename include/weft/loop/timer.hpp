// SPDX-License-Identifier: MIT
// A timer of the application's.
#pragma once

#include <memory>

#include <weft/loop/event_loop.hpp>

namespace weft {

/// Calls a function once at a deadline.
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

    void disarm() noexcept;
    [[nodiscard]] bool armed() const noexcept;

private:
    class alarm;

    std::shared_ptr<loop_state> loop_;
    alarm* alarm_;
};

} // namespace weft
