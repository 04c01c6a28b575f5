// SPDX-License-Identifier: MIT
// The caller's hand as a driver: no loop, no clock and no waiting; time is what `advance` is told.
#pragma once

#include <weft/stream/device_random.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

/// Runs streams and connections when it is told to.
class manual_driver final : public driver {
public:
    /// Begins at `start`; `random` must outlive the driver.
    explicit manual_driver(time_point start = {}) : clock_(start) {}
    manual_driver(time_point start, random_source& random)
        : clock_(start), random_(&random) {}
    ~manual_driver() override { close(); }

    /// Moves the time to `now`, unless that is earlier, and makes one turn: deadlines that have
    /// passed, functions that were posted, and all that was deferred, within `limit`.
    ///
    /// True when something was done; call it again until it gives false to finish all there is.
    bool advance(time_point now, budget limit = {});

    /// Makes turns at the present time until nothing is left to do; says whether there was any.
    bool settle();

    /// When `advance` should be called at the latest; `never` when nothing waits for the time.
    [[nodiscard]] time_point next_deadline() const noexcept { return earliest_deadline(); }

    /// Whether `advance` would find something to do at the present time.
    [[nodiscard]] bool waiting() const noexcept {
        return work_waits() || earliest_deadline() <= clock_;
    }

    [[nodiscard]] time_point read_clock() const noexcept override { return clock_; }
    [[nodiscard]] random_source& random() noexcept override {
        return random_ ? *random_ : device_;
    }
    void mail_arrived() noexcept override {}

private:
    time_point clock_;
    random_source* random_ = nullptr;
    device_random device_;
};

} // namespace weft
