// SPDX-License-Identifier: MIT
// A driver whose turns an Asio executor runs, with one steady_timer for all deadlines. Written once
// for standalone Asio and for Boost.Asio; knows no stream, and includes neither library.
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

namespace weft {

/// Makes turns on an executor: that of an io_context which one thread runs, or a strand.
///
/// It and all on it belong to that executor; `mailbox()` alone is for other threads. The context's
/// `run` lasts while there are connections. When the context is destroyed first, all that lives
/// here ends without a word. `Asio` names what differs between the two libraries.
template <class Asio>
class executor_driver final : public driver,
                              public std::enable_shared_from_this<executor_driver<Asio>> {
    struct made_by_create {};

public:
    using executor_type = typename Asio::any_io_executor;

    /// A turn bounded like that of a guest: other handlers of the executor have their time.
    static constexpr budget turn_budget{1024, std::chrono::microseconds(500)};

    /// Streams share it with the services on it. Throws std::bad_alloc, and what Asio says.
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

    /// Does `step` in a turn, and what is due or waits; on the executor.
    template <class Step>
    void enter(Step&& step) noexcept {
        {
            const turn here(*this, limit_);
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
    void mail_arrived() noexcept override { post([](executor_driver&) {}); }

private:
    /// Lives in the context, and tells the drivers on it when it ends.
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

        std::mutex mutex_; // contexts are shared by threads, and so is this
        std::vector<std::weak_ptr<executor_driver>> drivers_;
    };

    /// Nothing of Asio's may outlive the context.
    void leave_context() noexcept {
        if (!std::exchange(here_, false)) return;
        close();
        timer_.reset();
        work_.reset();
        executor_ = {};
    }

    void work_arrived() noexcept override {
        if (here_) post_turn();
    }

    /// A context that counts down to zero outside its `run` has stopped; so it is counted down in
    /// a handler.
    void work_changed() noexcept override {
        if (!here_) return work_.reset();
        if (!work_) {
            work_ = Asio::tracked(executor_);
        } else {
            auto last = std::make_optional(std::move(*work_));
            work_.reset();
            post([last = std::move(last)](executor_driver&) mutable { last.reset(); });
        }
    }

    void post_turn() noexcept {
        if (std::exchange(turn_posted_, true)) return;
        turn_posted_ = post([](executor_driver& here) { here.turn_posted_ = false; });
    }

    /// A turn on the executor that begins with `step`; from any thread. Without memory for it the
    /// next turn does what waits.
    template <class Step>
    bool post(Step step) noexcept {
        try {
            auto call = [weak = this->weak_from_this(), step = std::move(step)]() mutable {
                if (const auto here = weak.lock()) here->enter([&] { step(*here); });
            };
            Asio::post(executor_, std::move(call));
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }

    /// A deadline that moves later costs nothing until the timer fires.
    void set_timer() noexcept {
        const time_point due = earliest_deadline();
        if (due == never && timer_set_for_ != never) {
            timer_set_for_ = never;
            timer_->cancel(); // it would keep `run` from returning
        } else if (due < timer_set_for_) {
            timer_set_for_ = due;
            timer_->expires_at(due);
            timer_->async_wait(
                [weak = this->weak_from_this()](const typename Asio::error_code& why) {
                    if (why) return; // it was set anew
                    if (const auto here = weak.lock()) here->timer_fired();
                });
        }
    }

    void timer_fired() noexcept {
        timer_set_for_ = never;
        enter([] {});
    }

    executor_type executor_;
    budget limit_;
    device_random random_;
    std::optional<typename Asio::steady_timer> timer_;
    std::optional<executor_type> work_; // while there is any, as the context counts it
    context_ending& ending_;
    time_point timer_set_for_ = never;
    bool turn_posted_ = false;
    bool here_ = true; // the context is
};

} // namespace weft
