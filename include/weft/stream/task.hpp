// SPDX-License-Identifier: MIT
// A coroutine that computes a value, begins when it is awaited, and passes on exceptions. Runs on
// the driver of the task that awaits it, or of `spawn`.
#pragma once

#include <weft/core/language.hpp> // before <coroutine>, which says less of a wrong language

#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <weft/stream/task_context.hpp>

namespace weft {

template <class T>
class task;

/// What the promises of all tasks share.
class task_promise_base {
public:
    [[nodiscard]] task_context* context() const noexcept { return context_; }

    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] auto final_suspend() const noexcept { return last_suspension{continuation_}; }
    void unhandled_exception() noexcept { exception_ = std::current_exception(); }

private:
    template <class T>
    friend class task;
    friend class spawned_task;

    struct last_suspension {
        std::coroutine_handle<> next;

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        [[nodiscard]] std::coroutine_handle<>
        await_suspend(std::coroutine_handle<>) const noexcept {
            return next ? next : std::noop_coroutine();
        }
        void await_resume() const noexcept {}
    };

    task_context* context_ = nullptr;
    std::coroutine_handle<> continuation_; // null until the task has suspended for the first time
    std::exception_ptr exception_;
};

template <class T>
class task_promise final : public task_promise_base {
public:
    [[nodiscard]] task<T> get_return_object() noexcept;

    template <class Value>
        requires std::constructible_from<T, Value>
    void return_value(Value&& value) { value_.emplace(std::forward<Value>(value)); }

private:
    friend class task<T>;
    [[nodiscard]] T take() { return std::move(*value_); }

    std::optional<T> value_;
};

template <>
class task_promise<void> final : public task_promise_base {
public:
    [[nodiscard]] task<void> get_return_object() noexcept;
    void return_void() const noexcept {}

private:
    friend class task<void>;
    void take() const noexcept {}
};

/// A coroutine whose `co_return` constructs a `T`, which must not be a reference.
///
/// Nothing runs until the task is awaited by another task, once, or passed to `spawn`. An exception
/// that leaves it is thrown again by the `co_await`. Destroying a task that has not begun destroys
/// its parameters. Everything runs on the driver's thread.
///
/// If the coroutine is a lambda with captures, the lambda must outlive the task; see `spawn`.
template <class T = void>
class [[nodiscard]] task {
    static_assert(!std::is_reference_v<T>, "a task returns a value");

public:
    using promise_type = task_promise<T>;

    task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    task& operator=(task&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~task() {
        if (handle_) handle_.destroy();
    }

    /// Begins the task, and continues the caller when it has ended.
    [[nodiscard]] auto operator co_await() && noexcept { return awaiter{handle_}; }

    // --- for code that starts tasks

    /// Makes the task part of the chain `in`; returns its coroutine, which the task owns.
    std::coroutine_handle<> enter(task_context& in) noexcept {
        handle_.promise().context_ = &in;
        return handle_;
    }

    /// Returns what the task, which has ended, returned; throws what it threw.
    T result() {
        if (auto& thrown = handle_.promise().exception_) std::rethrow_exception(thrown);
        return handle_.promise().take();
    }

    /// Returns the exception that the task has ended with; null if none.
    [[nodiscard]] std::exception_ptr exception() const noexcept {
        return handle_.promise().exception_;
    }

private:
    friend class task_promise<T>;

    struct awaiter {
        std::coroutine_handle<promise_type> begun;

        [[nodiscard]] bool await_ready() const noexcept { return false; }

        /// Returns false if the task has ended without suspending. So a loop over such tasks needs
        /// no deeper stack, even where the compiler makes no tail calls.
        template <std::derived_from<task_promise_base> Promise>
        bool await_suspend(std::coroutine_handle<Promise> waiter) noexcept {
            auto& promise = begun.promise();
            promise.context_ = waiter.promise().context();
            begun.resume();
            if (begun.done()) return false;
            promise.continuation_ = waiter;
            return true;
        }

        T await_resume() {
            if (auto& thrown = begun.promise().exception_) std::rethrow_exception(thrown);
            return begun.promise().take();
        }
    };

    explicit task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}

    std::coroutine_handle<promise_type> handle_;
};

template <class T>
task<T> task_promise<T>::get_return_object() noexcept {
    return task<T>(std::coroutine_handle<task_promise>::from_promise(*this));
}

inline task<void> task_promise<void>::get_return_object() noexcept {
    return task<void>(std::coroutine_handle<task_promise>::from_promise(*this));
}

} // namespace weft
