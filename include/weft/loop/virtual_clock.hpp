// SPDX-License-Identifier: MIT
// A virtual clock: its time moves only when a test moves it.
#pragma once

#include <weft/core/time.hpp>

namespace weft {

/// The time of `virtual_time` loops; one clock may serve several loops of one thread.
class virtual_clock {
public:
    explicit virtual_clock(time_point start = time_point(std::chrono::seconds(1))) noexcept
        : now_(start) {}

    [[nodiscard]] time_point now() const noexcept { return now_; }

    /// Moves the time forward; has no effect if it would move it back. Deadlines that have passed
    /// are handled in the loop's next turn.
    void advance(duration by) noexcept { advance_to(now_ + by); }
    void advance_to(time_point then) noexcept {
        if (now_ < then) now_ = then;
    }

private:
    time_point now_;
};

} // namespace weft
