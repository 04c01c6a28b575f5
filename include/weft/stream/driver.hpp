// SPDX-License-Identifier: MIT
// Who calls streams and connections: it tells the time, keeps deadlines, and runs what was
// deferred, in turns. The part that all drivers share; which loop waits, if any, it does not know.
#pragma once

#include <cstddef>
#include <exception>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <weft/core/function.hpp>
#include <weft/core/memory_account.hpp>
#include <weft/core/random_source.hpp>
#include <weft/core/scratch.hpp>
#include <weft/core/time.hpp>
#include <weft/stream/mailbox.hpp>
#include <weft/stream/task.hpp>
#include <weft/stream/timer_queue.hpp>

namespace weft {

/// How much one turn may do: it ends after so many handler calls or so much time.
struct budget {
    std::size_t handlers = SIZE_MAX;
    duration time = duration::max();
};

/// Something that lives on a driver and must know of what concerns all on it.
class resident {
public:
    resident(const resident&) = delete;
    resident& operator=(const resident&) = delete;

    /// The driver was woken by `wake`: call the `interrupt` handlers.
    virtual void on_interrupt() = 0;

    /// Takes the memory that the next `on_shutdown` will need; std::bad_alloc prevents that.
    virtual void prepare_shutdown() {}

    /// All on the driver is to end: begin no more, and call `done` once when nothing is left, by
    /// `deadline` at the latest.
    virtual void on_shutdown(time_point deadline, function<void()> done) noexcept;

    /// The driver will make no more turns: drop everything, call nobody.
    virtual void on_driver_closed() noexcept = 0;

protected:
    resident() noexcept = default;
    ~resident() = default;

private:
    friend class driver;

    resident* next_ = nullptr;
    resident* previous_ = nullptr;
};

/// Calls tasks, in turns, on one thread.
///
/// A handler is only ever called inside a turn. Every function here belongs to that thread, but
/// for `mailbox()`. Whatever is queued or armed outside a turn takes effect in the next one.
class driver {
public:
    driver(const driver&) = delete;
    driver& operator=(const driver&) = delete;
    virtual ~driver();

    // --- time

    /// The time of the turn; outside a turn it is read afresh.
    [[nodiscard]] time_point now() const noexcept { return depth_ == 0 ? read_clock() : now_; }

    /// Reads the clock, also inside a turn.
    [[nodiscard]] virtual time_point read_clock() const noexcept = 0;

    /// Calls `which.expire()` once at `deadline`, replacing an earlier arming; `never` disarms.
    ///
    /// Throws std::bad_alloc, but never for a task that has a place already.
    void arm(timed_task& which, time_point deadline);

    /// Takes a place among the deadlines for `which`, as its first arming does. Throws
    /// std::bad_alloc.
    void take_place(timed_task& which) { timers_.add(which); }

    void disarm(timed_task& which) noexcept { timers_.disarm(which); }
    [[nodiscard]] time_point deadline(const timed_task& which) const noexcept {
        return timers_.deadline(which);
    }

    /// Has `which`, which has a place, look at `deadline`: one that moves later costs nothing until
    /// the timer goes off for the earlier.
    void move_deadline(timed_task& which, time_point deadline) {
        if (deadline < timers_.deadline(which)) {
            arm(which, deadline);
        } else if (deadline == never) {
            disarm(which);
        }
    }

    // --- work

    /// Calls `which.run()` in the next round of work; if it waits for the turn's end, after that.
    void defer(task& which) noexcept;

    /// Calls `which.finish_turn()` at the end of this turn, or of the next one. If it was
    /// deferred, it runs after that.
    void at_turn_end(task& which) noexcept;

    /// Takes `which` out of the list it is in.
    void cancel(task& which) noexcept;

    /// Deletes `dead` when no frame of a turn can hold it any more: outside a turn at once. Until
    /// then nothing calls it.
    void bury(task* dead) noexcept;

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

    void enroll(resident& added) noexcept;
    void leave(resident& gone) noexcept;

    // --- handlers

    /// Stands on the stack while handlers of `which` may run, so that a nested turn can see it.
    ///
    /// What waits behind it counts as work that has arrived: a handler may run its host's loop,
    /// which has not heard of work that this turn has collected already.
    class activity {
    public:
        activity(driver& owner, task& which) noexcept
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
        task* which_;
        bool suspended_ = false;
    };

    /// Output of the handler on the stack waits for its return, or for a nested turn before that.
    void output_waits() noexcept {
        if (active_) work_arrived();
    }

    /// Counts one handler call against the turn's budget; ask `may_call` before the next.
    void handler_called() noexcept {
        if (handlers_left_ != 0) --handlers_left_;
        ++calls_;
        if (until_ != never && calls_ % calls_between_clock_reads == 0) look_at_clock();
    }
    [[nodiscard]] bool may_call() noexcept { return handlers_left_ != 0 && !time_is_up_; }

    /// Whether so much was posted that it should run before more is read, which makes more of it.
    [[nodiscard]] bool mail_is_behind() const noexcept {
        return posted_.size() + mailbox_->size() > mail_before_reading;
    }

    /// Calls `handler` on behalf of `which`: counts it, and takes what it throws.
    template <class Handler>
    void call(task& which, Handler&& handler) noexcept {
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
    [[nodiscard]] scratch* take_scratch() noexcept;
    void give_back(scratch* lent) noexcept;

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
        const auto here = std::this_thread::get_id();
        if (here != owner_ && owner_ != std::thread::id()) refuse_thread(function);
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
        std::size_t outer_left_;
        time_point outer_until_;
        bool outer_time_is_up_;
    };

    // The steps of a turn; each says whether it did something.
    bool expire_timers();

    /// What was posted when the first of these is run is run before anything later is collected.
    bool run_posted();

    /// Whether a budget has left some of what `run_posted` began with; reading waits for it.
    [[nodiscard]] bool mail_left() const noexcept { return !posted_.empty(); }
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
    void own() noexcept { owner_ = std::this_thread::get_id(); }

    /// Any thread may make the next turn, and make calls before that.
    void disown() noexcept { owner_ = std::thread::id(); }
    [[nodiscard]] bool owned_here() const noexcept {
        return owner_ == std::this_thread::get_id();
    }

    /// Ends the life of all residents, and takes no more post; idempotent. Every driver calls it
    /// before anything of its own dies.
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
    void free_graves() noexcept;
    void suspend_outer() noexcept;
    template <class Tell>
    void for_each_resident(Tell&& tell);

    memory_account memory_;
    timer_queue timers_;
    task_list work_list_;
    task_list next_work_;
    task_list turn_end_;
    task_list graves_;
    std::list<function<void()>> posted_;
    resident* residents_ = nullptr;
    resident* next_told_ = nullptr;
    activity* active_ = nullptr;
    std::shared_ptr<weft::mailbox> mailbox_;
    std::vector<std::unique_ptr<scratch>> scratches_;
    std::size_t scratches_lent_ = 0;
    function<void(std::exception_ptr)> on_error_;
    std::size_t work_ = 0;
    std::size_t depth_ = 0;
    std::size_t handlers_left_ = 0;
    std::size_t calls_ = 0;
    time_point now_{};
    time_point until_ = never;
    bool time_is_up_ = false;
    std::thread::id owner_;
};

} // namespace weft
