// SPDX-License-Identifier: MIT
// How much a turn may do, and what is left of that.
#pragma once

#include <cstddef>

#include <weft/core/time.hpp>

namespace weft {

/// How much one turn may do: it ends after so many handler calls or so much time.
struct budget {
    std::size_t handlers = SIZE_MAX;
    duration time = duration::max();
};

/// What is left of a turn's budget. Reads no clock.
class remaining_budget {
public:
    /// Nothing: no turn is under way.
    remaining_budget() noexcept = default;

    remaining_budget(budget limit, time_point now) noexcept
        : handlers_(limit.handlers),
          until_(limit.time == duration::max() ? never : deadline_after(now, limit.time)),
          time_is_up_(limit.time <= duration::zero()) {}

    void handler_called() noexcept {
        if (handlers_ != 0) --handlers_;
    }

    /// Whether time is limited, so that the clock must be looked at now and then.
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
