// SPDX-License-Identifier: MIT
// What tasks are made of: a chain of coroutines that await each other, and the operation that the
// innermost one waits for. Knows no connection and no event loop.
#pragma once

#include <weft/core/language.hpp> // before <coroutine>, which says less of a wrong language

#include <cassert>
#include <coroutine>
#include <cstdint>
#include <utility>

namespace weft {

class driver;
class task_operation;

/// A chain of tasks that await each other: what `spawn` started, or one side of a `when_any`.
///
/// The chain's frames are never destroyed while one of its coroutines is running.
class task_context {
public:
    task_context(const task_context&) = delete;
    task_context& operator=(const task_context&) = delete;

    [[nodiscard]] weft::driver& driver() const noexcept { return driver_; }

    /// Returns whether the chain was asked to stop. Operations that would wait fail from then on.
    [[nodiscard]] bool stopping() const noexcept { return stopping_; }

    /// Asks the chain to stop: cancels the operation that it waits for. The chain may end, and this
    /// object be destroyed, within this call.
    void stop() noexcept;

    /// Continues `waiter`, a coroutine of this chain; null if the chain is a single operation,
    /// which has completed. This object may be destroyed within this call.
    void resume(std::coroutine_handle<> waiter) noexcept {
        task_context& root = *root_;
        ++root.running_;
        if (waiter) waiter.resume();
        if (!top_ || top_.done()) ended();
        if (--root.running_ == 0 && root.over_) root.destroy();
    }

protected:
    explicit task_context(weft::driver& on) noexcept : driver_(on), root_(this) {}

    /// A chain that runs on behalf of `parent`, and stops with it.
    explicit task_context(const task_context& parent, std::nullptr_t) noexcept
        : driver_(parent.driver_), root_(parent.root_), stopping_(parent.stopping_) {}
    ~task_context() = default;

    /// Called when the chain's first coroutine, or its only operation, has completed.
    virtual void ended() noexcept = 0;

    /// Called once the chain is over and none of its coroutines is running.
    virtual void destroy() noexcept {}

    [[nodiscard]] bool running() const noexcept { return running_ != 0; }

    weft::driver& driver_;
    task_context* root_;
    std::coroutine_handle<> top_; // null if the chain is a single operation
    task_operation* pending_ = nullptr;
    std::uint32_t running_ = 0; // of a root: calls of `resume` on the stack
    bool over_ = false;         // of a root
    bool stopping_ = false;

    friend class task_operation;
};

/// What a coroutine waits for. Movable until it is awaited.
///
/// Any coroutine may await an operation. If it is a `task`, stopping the task cancels the
/// operation.
class task_operation {
public:
    /// Begins to wait; returns false if that is not necessary. `by` is null for a coroutine that is
    /// not a `task`.
    bool start_waiting(task_context* by, std::coroutine_handle<> waiter) {
        if (by && by->stopping()) {
            refuse();
            return false;
        }
        begin();
        wait(by, waiter);
        return true;
    }

    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> waiter) {
        if constexpr (requires { waiter.promise().context(); }) {
            return start_waiting(waiter.promise().context(), waiter);
        } else {
            return start_waiting(nullptr, waiter);
        }
    }

    task_operation& operator=(const task_operation&) = delete;

protected:
    task_operation() noexcept = default;
    task_operation([[maybe_unused]] task_operation&& other) noexcept { assert(!other.waits_); }
    ~task_operation() { forget_waiter(); }

    /// Called when a coroutine begins to wait. If this throws, the coroutine does not wait.
    virtual void begin() = 0;

    /// Called instead of `begin` if the task was asked to stop: the result is
    /// `std::errc::operation_canceled`.
    virtual void refuse() noexcept = 0;

    /// Called when the task was asked to stop while it waits: completes the operation, now or soon.
    virtual void cancel() noexcept = 0;

    [[nodiscard]] bool waits() const noexcept { return waits_; }

    void wait(task_context* by, std::coroutine_handle<> waiter) noexcept {
        context_ = by;
        waiter_ = waiter;
        waits_ = true;
        if (by) by->pending_ = this;
    }

    /// Continues the coroutine that waits. This object may be destroyed within this call.
    void resume_waiter() noexcept {
        const auto waiter = waiter_;
        task_context* const by = context_;
        forget_waiter();
        if (by) {
            by->resume(waiter);
        } else {
            waiter.resume();
        }
    }

    void forget_waiter() noexcept {
        waits_ = false;
        if (task_context* const by = std::exchange(context_, nullptr)) by->pending_ = nullptr;
    }

private:
    friend class task_context;

    task_context* context_ = nullptr;
    std::coroutine_handle<> waiter_;
    bool waits_ = false;
};

inline void task_context::stop() noexcept {
    if (std::exchange(stopping_, true)) return;
    if (pending_) pending_->cancel();
}

} // namespace weft
