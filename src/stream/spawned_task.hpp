// SPDX-License-Identifier: MIT
// A task started by `spawn`: owns its coroutine frame until the task or its driver has ended.
#pragma once

#include <exception>
#include <memory>
#include <optional>

#include <weft/core/function.hpp>
#include <weft/stream/driver.hpp>
#include <weft/stream/mailbox.hpp>
#include <weft/stream/stop_token.hpp>
#include <weft/stream/task.hpp>

namespace weft {

class spawned_task final : public task_context, private work_item, private driver_observer {
public:
    /// Called with the exception that has left the task.
    using failure_handler = function<void(std::exception_ptr)>;

    /// Creates a task that owns itself. Throws std::bad_alloc. Without `failed`, exceptions go to
    /// the driver's `on_error`.
    static spawned_task& make(weft::driver& on, task<void> what, stop_token until,
                              std::shared_ptr<void> keeps, failure_handler failed = {});

    /// Begins the task in the next round of work.
    void begin_later() noexcept { driver_.defer(*this); }

    /// Begins the task inside this call, which must be part of a turn.
    void begin_now() noexcept { resume(top_); }

private:
    /// Shared with posted stops, which may arrive after the task has ended.
    struct link {
        spawned_task* target;
    };

    /// Posts the stop: it may be requested on any thread. Without memory for that, the task is not
    /// stopped.
    struct stop_poster {
        std::shared_ptr<mailbox> to;
        std::shared_ptr<link> target;
        void operator()() const noexcept;
    };

    spawned_task(weft::driver& on, task<void>&& what, std::shared_ptr<void>&& keeps,
                 failure_handler&& failed) noexcept;
    ~spawned_task() override;

    void ended() noexcept override;
    void destroy() noexcept override;
    void run() noexcept override;
    void on_interrupt() override {}
    void on_driver_closed() noexcept override;

    std::shared_ptr<void> keeps_; // outlives the frame
    task<void> task_;
    failure_handler failed_;
    std::shared_ptr<link> link_;
    std::optional<stop_callback<stop_poster>> on_stop_;
    bool closed_ = false; // the driver has ended first
};

} // namespace weft
