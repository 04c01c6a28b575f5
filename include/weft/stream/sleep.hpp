// SPDX-License-Identifier: MIT
// `co_await loop.sleep(...)`: an operation that waits for a deadline of a driver.
#pragma once

#include <system_error>

#include <weft/core/result.hpp>
#include <weft/core/time.hpp>
#include <weft/stream/driver.hpp>
#include <weft/stream/task_context.hpp>
#include <weft/stream/work_item.hpp>

namespace weft {

/// Waits until a deadline; see `driver::sleep`. The result is success, or
/// `std::errc::operation_canceled`.
class [[nodiscard]] sleep_operation final : public task_operation, private timed_work_item {
public:
    sleep_operation(driver& on, time_point deadline) noexcept : on_(&on), deadline_(deadline) {}
    sleep_operation(sleep_operation&& other) noexcept
        : task_operation(std::move(other)), timed_work_item(), on_(other.on_),
          deadline_(other.deadline_) {}

    /// Always waits for a turn, even if the deadline has passed, so that a loop of sleeps lets
    /// others run.
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    result<void> await_resume() const noexcept {
        if (error_) return failure(error_);
        return {};
    }

private:
    void begin() override { on_->arm(*this, deadline_); }
    void refuse() noexcept override;
    void cancel() noexcept override;
    void expire() noexcept override;

    driver* on_;
    time_point deadline_;
    std::error_code error_;
};

inline sleep_operation driver::sleep(duration time) noexcept {
    const time_point now = read_clock();
    return {*this, time > never - now ? never : now + time};
}

} // namespace weft
