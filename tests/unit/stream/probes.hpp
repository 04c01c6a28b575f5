// SPDX-License-Identifier: MIT
// Tasks, driver observers and a driver that write down what happens to them.
#pragma once

#include <weft/stream/device_random.hpp>
#include <weft/stream/driver.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace weft {

using log = std::vector<std::string>;

inline time_point at(int milliseconds) {
    return time_point{} + std::chrono::milliseconds(milliseconds);
}

/// Logs its calls as "name.run" and the like, then does what the test wants.
class probe : public timed_work_item {
public:
    probe(log& calls, std::string name) : calls_(calls), name_(std::move(name)) {}
    ~probe() override { say("died"); }

    std::function<void()> on_run;
    std::function<void()> on_finish;
    std::function<void()> on_suspend;
    std::function<void()> on_expire;

private:
    void run() noexcept override { tell("run", on_run); }
    void finish_turn() noexcept override { tell("finish", on_finish); }
    void suspend() noexcept override { tell("suspend", on_suspend); }
    void expire() noexcept override { tell("expire", on_expire); }

    void tell(const char* what, const std::function<void()>& then) {
        say(what);
        if (then) then();
    }
    void say(const char* what) { calls_.push_back(name_ + '.' + what); }

    log& calls_;
    std::string name_;
};

class probe_observer final : public driver_observer {
public:
    probe_observer(log& calls, std::string name) : calls_(calls), name_(std::move(name)) {}

    std::function<void()> interrupted;
    time_point shutdown_deadline{};
    function<void()> shutdown_done;
    std::function<void()> shutting_down;

private:
    void on_interrupt() override {
        calls_.push_back(name_ + ".interrupt");
        if (interrupted) interrupted();
    }
    void on_shutdown(time_point deadline, function<void()> done) noexcept override {
        calls_.push_back(name_ + ".shutdown");
        shutdown_deadline = deadline;
        shutdown_done = std::move(done);
        if (shutting_down) shutting_down();
    }
    void on_driver_closed() noexcept override { calls_.push_back(name_ + ".closed"); }

    log& calls_;
    std::string name_;
};

/// A driver whose steps the test takes one by one.
class stepped_driver final : public driver {
public:
    ~stepped_driver() override { close(); }

    using driver::close;
    using driver::depth;
    using driver::expire_timers;
    using driver::finish_tasks;
    using driver::interrupt_observers;
    using driver::posts_by_handlers_wait;
    using driver::own;
    using driver::run_posted;
    using driver::run_work;
    using driver::turn;
    using driver::work_count;
    using driver::work_waits;

    /// A whole turn, as loops make it.
    bool make_turn(budget limit = {}) {
        const turn here(*this, limit);
        bool did = expire_timers();
        did |= run_posted();
        did |= run_work();
        return did;
    }

    [[nodiscard]] time_point read_clock() const noexcept override {
        ++clock_reads;
        return clock;
    }
    [[nodiscard]] random_source& random() noexcept override { return random_; }
    void post_arrived() noexcept override { ++mails; }
    void work_arrived() noexcept override { ++arrivals; }

    time_point clock{};
    mutable int clock_reads = 0;
    int mails = 0;
    int arrivals = 0;

private:
    device_random random_;
};

} // namespace weft
