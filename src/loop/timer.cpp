// SPDX-License-Identifier: MIT
// The application's timer, on the driver's timer queue.
#include <weft/loop/timer.hpp>

#include <algorithm>
#include <utility>

#include "loop/loop_state.hpp"

namespace weft {

/// The armed timer. Retired rather than deleted, since its function may be on the stack.
class timer::alarm final : public timed_work_item {
public:
    alarm(loop_state& loop, function<void()> expired)
        : loop_(loop), expired_(std::move(expired)) {
        loop_.take_place(*this); // so that arming cannot fail
    }

    void arm(time_point deadline, duration period = duration::zero()) noexcept {
        if (deadline == never) return disarm();
        if (loop_.closed()) return;
        due_ = deadline;
        period_ = period;
        loop_.arm(*this, deadline);
        if (!std::exchange(counted_, true)) loop_.work_started();
    }

    /// Returns true if it remains armed after this call. A repeating timer has no deadline while
    /// its function runs.
    [[nodiscard]] bool lasts() const noexcept { return armed() || period_ != duration::zero(); }

    void disarm() noexcept {
        period_ = duration::zero();
        loop_.disarm(*this);
        if (std::exchange(counted_, false)) loop_.work_finished();
    }

private:
    void expire() noexcept override {
        if (!loop_.closed()) call();
        if (loop_.closed()) period_ = duration::zero();
        if (!armed() && lasts()) arm(next_due(), period_);
        // Only now, since the function may have armed it again: a periodic timer counts as work
        // throughout.
        if (!armed() && std::exchange(counted_, false)) loop_.work_finished();
    }

    /// Returns the first due time that has not passed.
    [[nodiscard]] time_point next_due() const noexcept {
        const duration late = std::max(loop_.read_clock() - due_, duration::zero());
        return later(due_ + late / period_ * period_, period_);
    }

    void call() noexcept {
        loop_.call(*this, [&] {
            if (expired_) expired_();
        });
    }

    loop_state& loop_;
    function<void()> expired_;
    time_point due_{};
    duration period_{}; // of a repeating timer
    bool counted_ = false;
};

timer::timer(event_loop& loop, function<void()> expired)
    : loop_(loop.state()), alarm_(new alarm(*loop_, std::move(expired))) {}

timer::~timer() {
    if (!alarm_) return;
    alarm_->disarm();
    loop_->retire(alarm_);
}

timer::timer(timer&& other) noexcept
    : loop_(std::move(other.loop_)), alarm_(std::exchange(other.alarm_, nullptr)) {}

timer& timer::operator=(timer&& other) noexcept {
    std::swap(loop_, other.loop_);
    std::swap(alarm_, other.alarm_);
    return *this;
}

void timer::arm_at(time_point deadline) noexcept {
    loop_->require_owner("timer::arm_at");
    alarm_->arm(deadline);
}

void timer::arm_after(duration delay) noexcept {
    const time_point now = loop_->read_clock();
    arm_at(delay > never - now ? never : now + delay);
}

void timer::arm_every(duration first, duration period) noexcept {
    loop_->require_owner("timer::arm_every");
    const duration least = std::chrono::microseconds(1);
    alarm_->arm(later(loop_->read_clock(), std::max(first, duration::zero())),
                std::max(period, least));
}

void timer::disarm() noexcept {
    loop_->require_owner("timer::disarm");
    alarm_->disarm();
}

bool timer::armed() const noexcept {
    return alarm_->lasts();
}

} // namespace weft
