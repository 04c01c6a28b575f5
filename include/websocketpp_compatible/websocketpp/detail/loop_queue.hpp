// SPDX-License-Identifier: MIT
// A queue of functions that a Weft event loop calls for Asio's operations, and the count of work
// that keeps the loop running. Knows nothing of Asio.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include <weft/core/function.hpp>
#include <weft/loop/event_loop.hpp>

namespace websocketpp::detail {

/// All functions except `loop` and `close` may be called on any thread.
class loop_queue : public std::enable_shared_from_this<loop_queue> {
public:
    explicit loop_queue(weft::event_loop& loop) : loop_(loop) {}

    weft::event_loop& loop() const noexcept { return loop_; }

    /// Calls `function` in a later turn of the loop, or destroys it in `close`.
    void push(weft::function<void()> function);

    /// Returns whether this thread is running a function of this queue.
    bool running_in_this_thread() const noexcept {
        return runner_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    }

    /// Count work. While `start_work` was called more often than `finish_work`, the loop has work,
    /// so its `run` does not return.
    void start_work() noexcept;
    void finish_work() noexcept;

    /// Destroys the functions in the queue, and ends the work. Called on the loop's thread.
    void close() noexcept;

private:
    typedef std::unique_lock<std::mutex> hold_type;

    /// How many functions one turn calls at most, so that a host's other work is not delayed.
    static constexpr int calls_max = 64;

    void run();
    void request_run(hold_type& hold);

    weft::event_loop& loop_;
    std::mutex lock_;
    std::deque<weft::function<void()>> waiting_;
    std::atomic<std::thread::id> runner_ = std::thread::id();
    std::optional<weft::work_guard> guard_; // changes on the loop's thread only
    long work_ = 0;
    bool requested_ = false;
    bool closed_ = false;
};

} // namespace websocketpp::detail
