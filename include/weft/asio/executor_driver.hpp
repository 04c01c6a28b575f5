// SPDX-License-Identifier: MIT
// A driver whose turns run on an Asio executor, with one steady_timer for all deadlines. Shared by
// standalone Asio and Boost.Asio; knows no stream, and includes neither library.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include <weft/stream/device_random.hpp>
#include <weft/stream/driver.hpp>
#include <weft/stream/reserved_memory.hpp>

namespace weft {

/// Runs turns on an executor: that of an io_context which one thread runs, or a strand.
///
/// The driver and everything on it belong to that executor; only `mailbox()` may be used from other
/// threads. The context's `run` lasts while there are connections. If the context is destroyed
/// first, everything on the driver ends without calling a handler. `Asio` supplies what differs
/// between the two libraries.
template <class Asio>
class executor_driver final : public driver,
                              public std::enable_shared_from_this<executor_driver<Asio>> {
    struct made_by_create {};

public:
    using executor_type = typename Asio::any_io_executor;

    /// The budget of a turn, the same as a guest's, so that other handlers of the executor can run.
    static constexpr budget turn_budget{1024, std::chrono::microseconds(500)};

    /// Creates a driver, which its streams and endpoints share. Throws std::bad_alloc, and what
    /// Asio throws.
    static std::shared_ptr<executor_driver> create(const executor_type& executor,
                                                   budget limit = turn_budget) {
        auto made = std::make_shared<executor_driver>(made_by_create(), executor, limit);
        made->ending_.add(made);
        return made;
    }

    executor_driver(made_by_create, const executor_type& executor, budget limit)
        : executor_(executor), limit_(limit), timer_(std::in_place, executor),
          ending_(Asio::template service<context_ending>(executor)) {
        disown();
    }
    ~executor_driver() override {
        leave_context();
    }

    [[nodiscard]] const executor_type& executor() const noexcept { return executor_; }

    /// Ensures that a later turn needs no memory. Called before a stream is created, when an
    /// allocation may still fail. Throws std::bad_alloc.
    void prepare() {
        if (!here_ || waiting_) return;
        wait(never);
        timer_->cancel(); // the next turn sets the right deadline
    }

    /// Runs a turn: calls `step`, then handles everything that is due or waiting. Must be called on
    /// the executor.
    template <class Step>
    void enter(Step&& step) noexcept {
        {
            const turn here(*this, limit_);
            turn_due_ = false;
            own();
            step();
            expire_timers();
            run_posted();
            run_work();
        }
        if (!in_turn()) disown();
        if (!here_) return;
        if (work_waits()) post_turn();
        set_timer();
    }

    [[nodiscard]] time_point read_clock() const noexcept override {
        return std::chrono::steady_clock::now();
    }
    [[nodiscard]] random_source& random() noexcept override { return random_; }
    void post_arrived() noexcept override {
        try {
            post([](executor_driver&) {});
        } catch (const std::bad_alloc&) {
            // The next turn, whatever its reason, reads the mailbox.
        }
    }

private:
    /// A service of the context that notifies its drivers when the context is destroyed.
    class context_ending final : public Asio::execution_context::service {
    public:
        using key_type = context_ending;
        inline static typename Asio::execution_context::id id;

        explicit context_ending(typename Asio::execution_context& context)
            : Asio::execution_context::service(context) {}

        void add(std::weak_ptr<executor_driver> added) {
            const std::lock_guard lock(mutex_);
            std::erase_if(drivers_, [](const auto& one) { return one.expired(); });
            drivers_.push_back(std::move(added));
        }

    private:
        void shutdown() noexcept override {
            for (const auto& one : std::exchange(drivers_, {})) {
                if (const auto here = one.lock()) here->leave_context();
            }
        }

        std::mutex mutex_; // threads share the context, and so this service
        std::vector<std::weak_ptr<executor_driver>> drivers_;
    };

    /// Releases all Asio objects, since none may outlive the context.
    void leave_context() noexcept {
        if (!std::exchange(here_, false)) return;
        close();
        timer_.reset();
        executor_ = {};
    }

    void work_arrived() noexcept override {
        if (here_) post_turn();
    }

    /// Posts a turn: at its end, `set_timer` starts or cancels the wait that the context counts as
    /// work.
    void work_changed() noexcept override {
        if (here_) post_turn();
    }

    void post_turn() noexcept {
        if (turn_due_ || std::exchange(turn_posted_, true)) return;
        try {
            post([](executor_driver& here) { here.turn_posted_ = false; });
        } catch (const std::bad_alloc&) {
            turn_posted_ = false;
            turn_due_ = true;
            if (!in_turn()) set_timer();
        }
    }

    /// Posts a turn to the executor; the turn begins with `step`. May be called from any thread.
    template <class Step>
    void post(Step step) {
        auto call = [weak = this->weak_from_this(), step = std::move(step)]() mutable {
            if (const auto here = weak.lock()) here->enter([&] { step(*here); });
        };
        Asio::post(executor_, std::move(call));
    }

    /// Keeps a wait pending while there is work, even if there is no deadline: the context counts
    /// the wait as work, and cancelling it causes a turn without an allocation. If the deadline
    /// moves later, the wait is not changed.
    void set_timer() noexcept {
        const bool wanted = turn_due_ || earliest_deadline() != never || work_count() != 0;
        if (!waiting_) {
            if (!wanted) return;
            try {
                wait(turn_due_ ? read_clock() : earliest_deadline());
            } catch (const std::bad_alloc&) {
                // Unlikely, since `prepare` has reserved the memory. The next turn tries again.
            }
        } else if (!wanted || turn_due_ || earliest_deadline() < timer_set_for_) {
            timer_set_for_ = time_point::min();
            timer_->cancel();
        }
    }

    void wait(time_point due) {
        timer_->expires_at(due);
        auto done = [weak = this->weak_from_this()](const typename Asio::error_code&) {
            if (const auto here = weak.lock()) here->wait_is_over();
        };
        timer_->async_wait(in_reserved_memory(timer_memory_, std::move(done)));
        timer_set_for_ = due;
        waiting_ = true;
    }

    void wait_is_over() noexcept {
        waiting_ = false;
        enter([] {});
    }

    executor_type executor_;
    budget limit_;
    device_random random_;
    std::optional<typename Asio::steady_timer> timer_;
    std::shared_ptr<reserved_memory> timer_memory_ = std::make_shared<reserved_memory>();
    context_ending& ending_;
    time_point timer_set_for_ = never;
    bool waiting_ = false; // for the timer
    bool turn_posted_ = false;
    bool turn_due_ = false;  // posting it failed for lack of memory
    bool here_ = true;       // the context exists
};

} // namespace weft
