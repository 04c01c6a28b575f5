// SPDX-License-Identifier: MIT
// Calls streams and connections: tells the time, keeps deadlines, and runs what was deferred, in
// turns. The part that all drivers share; which loop waits, if any, it does not know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include <weft/core/function.hpp>
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

/// Calls tasks, in turns, on one thread.
///
/// A handler is only ever called inside a turn. Every function here belongs to that thread, but
/// for `mailbox()`. Whatever is queued or armed outside a turn takes effect in the next one.
class driver : public wall_clock {
public:
    driver(const driver&) = delete;
    driver& operator=(const driver&) = delete;
    virtual ~driver();

    // --- time

    /// The time of day, for dates: the system's, unless the driver's time is virtual.
    [[nodiscard]] std::chrono::sys_seconds utc() const noexcept override;

    /// The time of the turn; outside a turn it is read afresh.
    [[nodiscard]] time_point now() const noexcept { return depth_ == 0 ? read_clock() : now_; }

    /// Reads the clock, also inside a turn.
    [[nodiscard]] virtual time_point read_clock() const noexcept = 0;

    /// Calls `which.expire()` once at `deadline`, replacing an earlier arming; `never` disarms.
    ///
    /// Throws std::bad_alloc, but never for a task that has a place already.
    void arm(timed_work_item& which, time_point deadline);

    /// Takes a place among the deadlines for `which`, as its first arming does. Throws
    /// std::bad_alloc.
    void take_place(timed_work_item& which) { timers_.add(which); }

    void disarm(timed_work_item& which) noexcept { timers_.disarm(which); }
    [[nodiscard]] time_point deadline(const timed_work_item& which) const noexcept {
        return timers_.deadline(which);
    }

    /// Has `which`, which has a place, look at `deadline`: one that moves later costs nothing until
    /// the timer goes off for the earlier.
    void move_deadline(timed_work_item& which, time_point deadline) {
        if (deadline < timers_.deadline(which)) {
            arm(which, deadline);
        } else if (deadline == never) {
            disarm(which);
        }
    }

    // --- work

    /// Calls `which.run()` in the next round of work; if it waits for the turn's end, after that.
    void defer(work_item& which) noexcept;

    /// Calls `which.finish_turn()` at the end of this turn, or of the next one. If it was
    /// deferred, it runs after that.
    void at_turn_end(work_item& which) noexcept;

    /// Takes `which` out of the list it is in.
    void cancel(work_item& which) noexcept { tasks_.cancel(which); }

    /// Deletes `dead` when no frame of a turn can hold it any more: outside a turn at once. Until
    /// then nothing calls it.
    void retire(work_item* dead) noexcept;

    [[nodiscard]] bool in_turn() const noexcept { return depth_ != 0; }

    /// Counts what keeps `run` from returning: listeners, connections, armed timers.
    void work_started() noexcept {
        if (work_++ == 0) work_changed();
    }
    void work_finished() noexcept {
        if (--work_ == 0) work_changed();
    }

    /// Shuts down all that lives here, and calls `done` once when nothing is left of it; never
    /// from inside this call. Throws std::bad_alloc; then nothing was done.
    void shut_down(time_point deadline, function<void()> done);

    /// Until it leaves, `added` is called for what concerns all that lives here. It may leave when
    /// it has left before.
    void enroll(driver_observer& added) noexcept { observers_.add(added); }
    void leave(driver_observer& gone) noexcept { observers_.remove(gone); }

    // --- handlers

    /// Stands on the stack while handlers of `which` may run, so that a nested turn can see it.
    ///
    /// What waits behind it counts as work that has arrived: a handler may run its host's loop,
    /// which has not heard of work that this turn has collected already.
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

    /// Output of the handler on the stack waits for its return, or for a nested turn before that.
    void output_waits() noexcept {
        if (active_) work_arrived();
    }

    /// Counts one handler call against the turn's budget; ask `may_call` before the next.
    void handler_called() noexcept {
        left_.handler_called();
        ++calls_;
        if (left_.is_timed() && calls_ % calls_between_clock_reads == 0) look_at_clock();
    }
    [[nodiscard]] bool may_call() const noexcept { return left_.may_call(); }

    /// Whether so much was posted that it should run before more is read, which makes more of it.
    [[nodiscard]] bool mail_is_behind() const noexcept {
        return posted_.size() + mailbox_->size() > mail_before_reading;
    }

    /// Calls `handler` on behalf of `which`: counts it, and takes what it throws.
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

    /// Takes an exception that left a handler and gives it to `on_error`.
    ///
    /// Without that handler, or if it throws itself, a line on standard error says what was thrown,
    /// unless the connection's own report does (`reported`). The program goes on.
    void handler_threw(std::exception_ptr what, bool reported = false) noexcept;

    /// Called when an exception has left a handler: that of a connection, which ends for it, or one
    /// without a connection, such as a timer's or a posted function, after which all goes on.
    void on_error(function<void(std::exception_ptr)> handler) { on_error_ = std::move(handler); }

    // --- what is shared by all on this driver

    /// Memory for one session's work, or null when there is none; give it back in the reverse
    /// order. The first that is taken is always there.
    [[nodiscard]] scratch* take_scratch() noexcept { return scratches_.take(); }
    void give_back(scratch* lent) noexcept { scratches_.give_back(lent); }

    [[nodiscard]] virtual random_source& random() noexcept = 0;

    /// What all connections on this driver hold; without a limit unless it is given one.
    [[nodiscard]] memory_account& memory() noexcept { return memory_; }

    /// For other threads: the mailbox outlives the driver.
    [[nodiscard]] const std::shared_ptr<weft::mailbox>& mailbox() const noexcept {
        return mailbox_;
    }

    /// False, with a message that names both threads, when this is not the driver's thread.
    [[nodiscard]] bool called_by_owner(const char* function) const noexcept;

    /// Ends the program with that message when this is not the driver's thread, in every build:
    /// what would come of the call is a data race. Costs a comparison.
    void require_owner(const char* function) const noexcept {
        if (!thread_.passes()) refuse_thread(function);
    }

    /// Called by the mailbox on any thread: something was posted. Must not post.
    virtual void mail_arrived() noexcept = 0;

protected:
    driver();

    /// Work came outside a turn, or from a handler that may run its host's loop.
    virtual void work_arrived() noexcept {}

    /// The count of what keeps `run` from returning has left or reached zero.
    virtual void work_changed() noexcept {}

    /// One turn, while it lasts; turns nest.
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

    // The steps of a turn; each says whether it did something.
    bool expire_timers();

    /// What was posted when the first of these is run is run before anything later is collected.
    bool run_posted();

    /// Whether functions wait that handlers posted in the last `run_work`: reading, which makes
    /// more of them, waits until they have run. It does not wait for what other threads post, or
    /// they could keep it waiting for ever.
    [[nodiscard]] bool mail_of_reading_waits() const noexcept {
        return posts_run_ < posts_awaited_;
    }
    bool run_work();
    bool finish_tasks() noexcept;
    void interrupt_residents();

    /// Whether a turn would find something to do, timers aside.
    [[nodiscard]] bool work_waits() const noexcept;
    [[nodiscard]] time_point earliest_deadline() const noexcept { return timers_.earliest(); }
    [[nodiscard]] std::size_t work_count() const noexcept {
        return work_ + posted_.size() + (mailbox_->waiting() ? 1 : 0);
    }
    [[nodiscard]] std::size_t depth() const noexcept { return depth_; }
    [[nodiscard]] std::size_t handlers_called() const noexcept { return calls_; }
    void refresh_now() noexcept { now_ = read_clock(); }

    /// The turns from now on belong to the calling thread.
    void own() noexcept { thread_.own(); }

    /// Any thread may make the next turn, and make calls before that.
    void disown() noexcept { thread_.disown(); }
    [[nodiscard]] bool owned_here() const noexcept { return thread_.owned_here(); }

    /// Ends the life of all driver observers, and takes no more post; idempotent. Every driver
    /// calls it before anything of its own dies.
    void close() noexcept;

    [[nodiscard]] virtual std::string describe_thread(std::thread::id which) const;

private:
    /// Reading the clock costs as much as a small handler.
    static constexpr std::size_t calls_between_clock_reads = 8;

    /// Posts that may wait without reading having to wait for them.
    static constexpr std::size_t mail_before_reading = 4096;

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
    std::uint64_t posts_run_ = 0;     // of all that were ever posted
    std::uint64_t posts_awaited_ = 0; // so many run before more is read
    std::size_t work_ = 0;
    std::size_t depth_ = 0;
    std::size_t calls_ = 0;
    time_point now_{};
    remaining_budget left_;
    thread_check thread_;
};

} // namespace weft
