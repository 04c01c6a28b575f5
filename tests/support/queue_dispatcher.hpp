// SPDX-License-Identifier: MIT
// A message dispatcher as applications have one: a queue with a condition variable, and no
// descriptor anywhere.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include <weft/core/function.hpp>
#include <weft/core/time.hpp>

namespace weft::testing {

class queue_dispatcher {
public:
    /// May be called from any thread. Has no effect after `close`.
    void post(function<void()> work) {
        const std::scoped_lock lock(mutex_);
        if (closed_) return;
        queue_.push_back(std::move(work));
        changed_.notify_one();
    }

    /// Calls one function. Waits for one, for at most `at_most`; returns false if there was none.
    bool call_one(duration at_most) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, at_most, [this] { return !queue_.empty(); })) return false;
        auto next = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        next();
        return true;
    }

    /// Waits until a function is queued, without calling it.
    void await_one() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !queue_.empty(); });
    }

    /// Drops all functions, also those that are posted later, until `open`.
    void close() {
        std::deque<function<void()>> dropped;
        const std::scoped_lock lock(mutex_);
        closed_ = true;
        dropped.swap(queue_);
    }

    void open() {
        const std::scoped_lock lock(mutex_);
        closed_ = false;
    }

    [[nodiscard]] std::size_t size() {
        const std::scoped_lock lock(mutex_);
        return queue_.size();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<function<void()>> queue_;
    bool closed_ = false;
};

} // namespace weft::testing
