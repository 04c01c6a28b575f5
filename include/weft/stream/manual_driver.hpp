// SPDX-License-Identifier: MIT
// A driver without an event loop: the caller runs the turns and passes the time to `advance`.
#pragma once

#include <weft/stream/device_random.hpp>
#include <weft/stream/driver.hpp>
#include <weft/stream/sleep.hpp>

namespace weft {

/// Runs streams and connections when the caller calls `advance` or `settle`.
class manual_driver final : public driver {
public:
    /// Creates a driver whose time begins at `start`. `random` must outlive the driver.
    explicit manual_driver(time_point start = {}) : clock_(start) {}
    manual_driver(time_point start, random_source& random)
        : clock_(start), random_(&random) {}
    ~manual_driver() override { close(); }

    /// Moves the time to `now`, unless that is earlier, and runs one turn: runs expired timers,
    /// posted functions and deferred work, within the budget `limit`.
    ///
    /// Returns true if something was done. Call it until it returns false to finish all work.
    bool advance(time_point now, budget limit = {});

    /// Runs turns at the current time until nothing is left to do. Returns whether anything was
    /// done.
    bool settle();

    /// Returns the earliest deadline: the latest time at which to call `advance` again. `never` if
    /// there is none.
    [[nodiscard]] time_point next_deadline() const noexcept { return earliest_deadline(); }

    /// Returns whether `advance` would have something to do at the current time.
    [[nodiscard]] bool waiting() const noexcept {
        return work_waits() || earliest_deadline() <= clock_;
    }

    [[nodiscard]] time_point read_clock() const noexcept override { return clock_; }
    [[nodiscard]] random_source& random() noexcept override {
        return random_ ? *random_ : device_;
    }
    void post_arrived() noexcept override {}

private:
    time_point clock_;
    random_source* random_ = nullptr;
    device_random device_;
};

} // namespace weft
