// SPDX-License-Identifier: MIT
// The base class of drivers: runs timers, deferred work and posted functions in turns on one
// thread. Does not wait and knows no event loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include <weft/core/function.hpp>
#include <weft/core/log_record.hpp>
#include <weft/core/memory_account.hpp>
#include <weft/core/random_source.hpp>
#include <weft/core/time.hpp>
#include <weft/core/wall_clock.hpp>
#include <weft/stream/budget.hpp>
#include <weft/stream/mailbox.hpp>
#include <weft/stream/observer_list.hpp>
#include <weft/stream/scratch_pool.hpp>
#include <weft/stream/thread_check.hpp>
#include <weft/stream/timer_queue.hpp>
#include <weft/stream/work_item.hpp>
#include <weft/stream/work_queues.hpp>

namespace weft {

class loop_state;
class sleep_operation;

/// Runs work items in turns, on one thread.
///
/// A turn calls expired timers, posted functions, and one round of work: the items that were
/// deferred before the round began. Handlers are called only inside a turn. All functions except
/// `mailbox()` must be called on that thread. Work that is queued or armed outside a turn runs in
/// the next turn.
class driver : public wall_clock {
public:
    driver(const driver&) = delete;
    driver& operator=(const driver&) = delete;
    virtual ~driver();

    // --- time

    /// Returns the time of day, for dates: the system's, unless the driver's time is virtual.
    [[nodiscard]] std::chrono::sys_seconds utc() const noexcept override;

    /// Returns the time of the current turn; outside a turn, reads the clock.
    [[nodiscard]] time_point now() const noexcept { return depth_ == 0 ? read_clock() : now_; }

    /// Reads the clock, inside a turn too.
    [[nodiscard]] virtual time_point read_clock() const noexcept = 0;

    /// Calls `which.expire()` once at `deadline`, replacing its earlier deadline; `never` disarms.
    ///
    /// May throw std::bad_alloc, unless `which` was armed before or `take_place` was called for it.
    void arm(timed_work_item& which, time_point deadline);

    /// Reserves the memory for the deadline of `which`, so that `arm` cannot fail. Throws
    /// std::bad_alloc.
    void take_place(timed_work_item& which) { timers_.add(which); }

    void disarm(timed_work_item& which) noexcept { timers_.disarm(which); }
    [[nodiscard]] time_point deadline(const timed_work_item& which) const noexcept {
        return timers_.deadline(which);
    }

    /// Makes `which` expire at `deadline` or earlier; `never` disarms. `take_place` or `arm` must
    /// have been called for `which` before.
    ///
    /// Moving a deadline later costs nothing, because the timer is not changed: `which` expires at
    /// the earlier deadline and must then arm itself again.
    void move_deadline(timed_work_item& which, time_point deadline) {
        if (deadline < timers_.deadline(which)) {
            arm(which, deadline);
        } else if (deadline == never) {
            disarm(which);
        }
    }

    /// For coroutines: `co_await driver.sleep(time)` continues when `time` has passed since the
    /// call of `sleep`, in a later turn. The result is a `result<void>`, an error only if the task
    /// was stopped. Needs `<weft/stream/sleep.hpp>`.
    sleep_operation sleep(duration time) noexcept;

    // --- work

    /// Calls `which.run()` in the next round of work.
    void defer(work_item& which) noexcept;

    /// Calls `which.finish_turn()` at the end of this turn or, outside a turn, of the next one,
    /// whether or not `which` was deferred too.
    void at_turn_end(work_item& which) noexcept;

    /// Cancels `defer` and `at_turn_end` for `which`.
    void cancel(work_item& which) noexcept { tasks_.cancel(which); }

    /// Deletes `dead` at the end of the outermost turn, when no function of it is on the stack; at
    /// the end of `close`, which calls a pending `done`; otherwise at once. Until then the driver
    /// does not call it.
    void retire(work_item* dead) noexcept;

    [[nodiscard]] bool in_turn() const noexcept { return depth_ != 0; }

    /// Counts one more, or one less, of the things that keep `run` from returning: listeners,
    /// connections, armed timers.
    void work_started() noexcept {
        if (work_++ == 0) work_changed();
    }
    void work_finished() noexcept {
        if (--work_ == 0) work_changed();
    }

    /// Shuts down everything on this driver, and calls `done` once when all of it has ended. Never
    /// calls `done` from inside this call. Throws std::bad_alloc; then nothing was done.
    void shut_down(time_point deadline, function<void()> done);

    /// Adds an observer, which is called for events of the whole driver until `leave`. Calling
    /// `leave` twice is harmless.
    void enroll(driver_observer& added) noexcept { observers_.add(added); }
    void leave(driver_observer& gone) noexcept { observers_.remove(gone); }

    // --- handlers

    /// A scope guard that exists while handlers of `which` may run, so that a nested turn knows
    /// which items are on the stack.
    ///
    /// Calls `work_arrived` if work is left in this turn: a handler may run its host's event loop,
    /// which does not know of work that this turn has already collected.
    class activity {
    public:
        activity(driver& owner, work_item& which) noexcept
            : owner_(owner), outer_(owner.active_), which_(&which) {
            owner.active_ = this;
            if (owner.work_waits() || owner.earliest_deadline() <= owner.now_) {
                owner.work_arrived();
            }
        }
        activity(const activity&) = delete;
        activity& operator=(const activity&) = delete;
        ~activity() { owner_.active_ = outer_; }

    private:
        friend class driver;

        driver& owner_;
        activity* outer_;
        work_item* which_;
        bool suspended_ = false;
    };

    /// Reports that a handler has queued output, which is written after the handler returns or in a
    /// nested turn.
    void output_waits() noexcept {
        if (active_) work_arrived();
    }

    /// Counts one handler call against the turn's budget. Check `may_call` before the next one.
    void handler_called() noexcept {
        left_.handler_called();
        ++calls_;
        if (left_.is_timed() && calls_ % calls_between_clock_reads == 0) look_at_clock();
    }
    [[nodiscard]] bool may_call() const noexcept { return left_.may_call(); }

    /// Returns whether too many posted functions are waiting. They should then run before streams
    /// are read, because handlers of received messages may post more.
    [[nodiscard]] bool posts_are_behind() const noexcept {
        return posted_.size() + mailbox_->size() > posts_before_reading;
    }

    /// Calls `handler` on behalf of `which`: counts the call, and passes an exception to
    /// `handler_threw`.
    template <class Handler>
    void call(work_item& which, Handler&& handler) noexcept {
        const activity running(*this, which);
        handler_called();
        try {
            handler();
        } catch (...) {
            handler_threw(std::current_exception());
        }
    }

    /// Passes an exception of a handler to the `on_error` handler.
    ///
    /// Without an `on_error` handler, or if it throws too, prints the exception on standard error,
    /// unless `reported`: the connection's report contains it. The program continues.
    void handler_threw(std::exception_ptr what, bool reported = false) noexcept;

    /// Sets the handler that is called when another handler has thrown an exception.
    ///
    /// If the exception came from a connection's handler, that connection ends. If it came from
    /// another function, such as a timer's or a posted one, nothing ends.
    void on_error(function<void(std::exception_ptr)> handler) { on_error_ = std::move(handler); }

    // --- the log

    /// Sets the function that receives the entries of the log from a level on; see
    /// `event_loop::on_log`.
    void on_log(log_level from, function<void(const log_record&)> handler);

    /// Returns whether entries of this level are logged.
    [[nodiscard]] bool logs(log_level level) const noexcept { return level >= logs_from_; }

    /// Passes an entry to the log, if its level is logged.
    void log(const log_record& what) noexcept;

    // --- resources that everything on this driver shares

    /// Lends work buffers for one session; returns null if there is no memory. Buffers must be
    /// given back in reverse order. Never returns null if no other buffers are lent.
    [[nodiscard]] scratch* take_scratch() noexcept { return scratches_.take(); }
    void give_back(scratch* lent) noexcept { scratches_.give_back(lent); }

    [[nodiscard]] virtual random_source& random() noexcept = 0;

    /// Returns the memory account of all connections on this driver. Unlimited by default.
    [[nodiscard]] memory_account& memory() noexcept { return memory_; }

    /// Returns the mailbox, to which any thread may post. It may outlive the driver.
    [[nodiscard]] const std::shared_ptr<weft::mailbox>& mailbox() const noexcept {
        return mailbox_;
    }

    /// Returns whether the caller is on the driver's thread. If not, prints a message that names
    /// both threads.
    [[nodiscard]] bool called_by_owner(const char* function) const noexcept;

    /// Prints the message of `called_by_owner` and calls std::abort if the caller is on another
    /// thread, because the call would be a data race. Also in release builds: the check costs one
    /// comparison.
    void require_owner(const char* function) const noexcept {
        if (!thread_.passes()) refuse_thread(function);
    }

    /// Returns the event loop that is this driver; null for drivers of other kinds.
    [[nodiscard]] virtual loop_state* as_loop() noexcept { return nullptr; }

    /// Called by the mailbox, on any thread, when a function was posted. Must not post.
    virtual void post_arrived() noexcept = 0;

protected:
    driver();

    /// Called when work was added outside a turn, or by a handler that may run its host's loop.
    virtual void work_arrived() noexcept {}

    /// Called when the count of `work_started` becomes zero or nonzero.
    virtual void work_changed() noexcept {}

    /// A scope guard for one turn. Turns may nest.
    class turn {
    public:
        turn(driver& owner, budget limit) noexcept;
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;
        ~turn();

    private:
        driver& owner_;
        activity* outer_active_;
        remaining_budget outer_left_;
    };

    // The steps of a turn. Each returns whether it did something.
    bool expire_timers();

    /// Runs posted functions. Collects further ones from the mailbox only after all earlier ones
    /// have run.
    bool run_posted();

    /// Returns whether functions that handlers posted during the last `run_work` still wait.
    ///
    /// The driver reads no streams until these functions have run, because reading makes handlers
    /// post more. Functions posted by other threads do not count, because a steady flow of them
    /// would prevent reading.
    [[nodiscard]] bool posts_by_handlers_wait() const noexcept {
        return posts_run_ < posts_awaited_;
    }
    bool run_work();
    bool finish_tasks() noexcept;
    void interrupt_observers();

    /// Returns whether a turn would have something to do, apart from timers.
    [[nodiscard]] bool work_waits() const noexcept;
    [[nodiscard]] time_point earliest_deadline() const noexcept { return timers_.earliest(); }
    [[nodiscard]] std::size_t work_count() const noexcept {
        return work_ + posted_.size() + (mailbox_->waiting() ? 1 : 0);
    }
    [[nodiscard]] std::size_t depth() const noexcept { return depth_; }
    [[nodiscard]] std::size_t handlers_called() const noexcept { return calls_; }
    void refresh_now() noexcept { now_ = read_clock(); }

    /// Makes the calling thread the driver's thread.
    void own() noexcept { thread_.own(); }

    /// Allows calls on any thread, until the next `own`.
    void disown() noexcept { thread_.disown(); }
    [[nodiscard]] bool owned_here() const noexcept { return thread_.owned_here(); }

    /// Closes the mailbox and calls `on_driver_closed` of all observers. Idempotent. A derived
    /// class must call it at the beginning of its destructor.
    void close() noexcept;

    [[nodiscard]] virtual std::string describe_thread(std::thread::id which) const;

private:
    /// Handler calls between two reads of the clock, as a read costs as much as a small handler.
    static constexpr std::size_t calls_between_clock_reads = 8;

    /// The number of waiting posted functions above which reading pauses.
    static constexpr std::size_t posts_before_reading = 4096;

    class shutdown;

    [[noreturn]] void refuse_thread(const char* function) const noexcept;
    void added() noexcept;
    void look_at_clock() noexcept;
    void suspend_outer() noexcept;

    memory_account memory_;
    timer_queue timers_{this};
    work_queues tasks_;
    std::list<function<void()>> posted_;
    observer_list observers_;
    activity* active_ = nullptr;
    std::shared_ptr<weft::mailbox> mailbox_;
    scratch_pool scratches_;
    function<void(std::exception_ptr)> on_error_;
    function<void(const log_record&)> on_log_;
    std::uint64_t posts_run_ = 0;     // since the driver was created
    std::uint64_t posts_awaited_ = 0; // reading pauses until `posts_run_` reaches this
    std::size_t work_ = 0;
    std::size_t depth_ = 0;
    std::size_t calls_ = 0;
    time_point now_{};
    remaining_budget left_;
    log_level logs_from_ = log_level::off;
    bool log_was_set_ = false; // while an entry was being logged
    bool closing_ = false;     // `close` is on the stack
    thread_check thread_;
};

} // namespace weft
