// SPDX-License-Identifier: MIT
// The budget of a driver's turn, in handler calls and time, and the part of it that is left.
#pragma once

#include <cstddef>

#include <weft/core/time.hpp>

namespace weft {

/// The budget of one turn: it ends after this number of handler calls or after this time.
struct budget {
    std::size_t handlers = SIZE_MAX;
    duration time = duration::max();
};

/// The part of a turn's budget that is left. Reads no clock.
class remaining_budget {
public:
    /// Creates an empty budget: outside a turn, no handler may be called.
    remaining_budget() noexcept = default;

    remaining_budget(budget limit, time_point now) noexcept
        : handlers_(limit.handlers),
          until_(limit.time == duration::max() ? never : deadline_after(now, limit.time)),
          time_is_up_(limit.time <= duration::zero()) {}

    void handler_called() noexcept {
        if (handlers_ != 0) --handlers_;
    }

    /// Returns whether time is limited, so that the caller must read the clock now and then.
    [[nodiscard]] bool is_timed() const noexcept { return until_ != never; }
    void time_passed(time_point now) noexcept {
        if (now >= until_) time_is_up_ = true;
    }

    [[nodiscard]] bool may_call() const noexcept { return handlers_ != 0 && !time_is_up_; }

private:
    std::size_t handlers_ = 0;
    time_point until_ = never;
    bool time_is_up_ = false;
};

} // namespace weft
