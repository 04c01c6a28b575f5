// SPDX-License-Identifier: MIT
// Waits for the first of two tasks or operations, and cancels the other.
#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <weft/stream/driver.hpp>
#include <weft/stream/task.hpp>
#include <weft/stream/task_context.hpp>

namespace weft {

template <class Awaited>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

/// What `when_any` accepts: a task, or an operation such as `loop.sleep(...)`.
template <class Awaited>
concept cancellable = is_task<Awaited> || std::derived_from<Awaited, task_operation>;

/// Is notified by the two sides of a `when_any`.
class when_any_observer {
public:
    /// Called when a side has completed. The side may be destroyed within this call.
    virtual void side_ended() noexcept = 0;

protected:
    ~when_any_observer() = default;
};

/// One side of a `when_any`: a task or an operation in a chain of its own.
template <cancellable Awaited>
class when_any_side final : public task_context {
public:
    when_any_side(const task_context& parent, Awaited& what, when_any_observer& by) noexcept
        : task_context(parent, nullptr), what_(what), by_(by) {}

    void start() {
        if constexpr (is_task<Awaited>) {
            top_ = what_.enter(*this);
            resume(top_);
        } else if (what_.await_ready() || !what_.start_waiting(this, nullptr)) {
            ended();
        }
    }

    [[nodiscard]] bool done() const noexcept { return done_; }

    auto result() {
        if constexpr (is_task<Awaited>) {
            return what_.result();
        } else {
            return what_.await_resume();
        }
    }

    /// Returns the exception with which a task has ended; null if none.
    [[nodiscard]] std::exception_ptr exception() const noexcept {
        if constexpr (is_task<Awaited>) {
            if (done_) return what_.exception();
        }
        return nullptr;
    }

private:
    void ended() noexcept override {
        done_ = true;
        by_.side_ended();
    }

    Awaited& what_;
    when_any_observer& by_;
    bool done_ = false;
};

/// See `when_any`. Only a task may await it.
template <cancellable First, cancellable Second>
class [[nodiscard]] when_any_operation final : public task_operation, private when_any_observer {
    template <class Side>
    using value_of = decltype(std::declval<when_any_side<Side>&>().result());
    template <class T>
    using stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

public:
    using value_type = std::variant<stored<value_of<First>>, stored<value_of<Second>>>;

    when_any_operation(First&& first, Second&& second)
        : first_(std::move(first)), second_(std::move(second)) {}
    when_any_operation(when_any_operation&& other)
        : task_operation(std::move(other)), first_(std::move(other.first_)),
          second_(std::move(other.second_)) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }

    template <std::derived_from<task_promise_base> Promise>
    bool await_suspend(std::coroutine_handle<Promise> waiter) {
        return start_waiting(waiter.promise().context(), waiter);
    }

    /// Starts both, unless the first completes at once. A side that fails to start ends the other,
    /// when this object is destroyed.
    bool start_waiting(task_context* by, std::coroutine_handle<> waiter) {
        driver_ = &by->driver();
        when_any_observer& here = *this;
        one_.emplace(*by, first_, here);
        two_.emplace(*by, second_, here);
        busy_ = true;
        wait(by, waiter);
        one_->start();
        if (!one_->done()) {
            second_began_ = true;
            two_->start();
        }
        stop_the_slower();
        busy_ = false;
        if (!over()) return true;
        forget_waiter();
        return false;
    }

    value_type await_resume() {
        if (auto lost = winner_ == 0 ? two_->exception() : one_->exception()) {
            driver_->handler_threw(std::move(lost));
        }
        return winner_ == 0 ? take<0>(*one_) : take<1>(*two_);
    }

private:
    void begin() override {}
    void refuse() noexcept override {}

    void cancel() noexcept override {
        const bool outer = std::exchange(busy_, true);
        one_->stop();
        two_->stop();
        busy_ = outer;
        if (!busy_ && over()) resume_waiter();
    }

    void side_ended() noexcept override {
        if (winner_ < 0) winner_ = one_->done() ? 0 : 1;
        if (busy_) return;
        if (over()) return resume_waiter();
        stop_the_slower();
    }

    /// May destroy this object, unless `busy_` is set.
    void stop_the_slower() noexcept {
        if (winner_ == 0) {
            two_->stop();
        } else if (winner_ == 1) {
            one_->stop();
        }
    }

    /// Returns whether neither side is waiting. The second may never have begun.
    [[nodiscard]] bool over() const noexcept {
        return one_->done() && (two_->done() || !second_began_);
    }

    template <std::size_t Index, class Side>
    value_type take(Side& side) {
        if constexpr (std::is_void_v<decltype(side.result())>) {
            side.result();
            return value_type(std::in_place_index<Index>);
        } else {
            return value_type(std::in_place_index<Index>, side.result());
        }
    }

    // The sides refer to `first_` and `second_`, but are destroyed after them, as these report
    // their end to the sides.
    std::optional<when_any_side<First>> one_;
    std::optional<when_any_side<Second>> two_;
    First first_;
    Second second_;
    driver* driver_ = nullptr;
    int winner_ = -1;
    bool busy_ = false; // starts or stops the sides, and looks at them afterwards
    bool second_began_ = false;
};

/// Waits until one of two tasks or operations has completed, then asks the other to stop, as a stop
/// token would, and continues when both have ended. If `first` completes at once, `second` never
/// begins.
///
/// Returns a std::variant whose `index()` says which one completed first; a task<void> has the
/// value std::monostate. If the one that completed first has thrown, throws that exception; an
/// exception of the other goes to the driver's `on_error`. Cancelling an operation loses nothing: a
/// message that was not received stays in its conversation.
template <cancellable First, cancellable Second>
when_any_operation<First, Second> when_any(First first, Second second) {
    return {std::move(first), std::move(second)};
}

} // namespace weft
