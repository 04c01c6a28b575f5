// SPDX-License-Identifier: MIT
// Calls the functions that Asio's operations post, in turns of a Weft event loop.
#include <websocketpp/detail/loop_queue.hpp>

#include <utility>

namespace websocketpp::detail {

void loop_queue::push(weft::function<void()> function) {
    hold_type hold(lock_);
    if (closed_) {
        hold.unlock();
        return; // `function` is destroyed without the lock
    }
    request_run(hold);
    waiting_.push_back(std::move(function)); // `run` waits for the lock
}

/// Posts one call of `run`, unless one is posted already.
void loop_queue::request_run(hold_type&) {
    if (closed_ || requested_) return;
    loop_.post([self = shared_from_this()] { self->run(); });
    requested_ = true; // only now: posting may fail for lack of memory
}

void loop_queue::run() {
    /// Runs even if a function throws; the loop's `on_error` receives the exception.
    struct at_end {
        explicit at_end(loop_queue& which)
            : queue(which), outer(queue.runner_.exchange(std::this_thread::get_id())) {}
        ~at_end() {
            queue.runner_ = outer;
            hold_type hold(queue.lock_);
            const bool works = !queue.closed_ && queue.work_ > 0;
            if (works && !queue.guard_) queue.guard_.emplace(queue.loop_);
            if (!works) queue.guard_.reset();
            if (!queue.waiting_.empty()) queue.request_run(hold);
        }

        loop_queue& queue;
        const std::thread::id outer;
    };
    {
        const hold_type hold(lock_);
        requested_ = false;
        if (closed_) return;
    }
    const at_end after(*this);
    for (int calls = 0; calls < calls_max; ++calls) {
        weft::function<void()> next;
        {
            const hold_type hold(lock_);
            if (waiting_.empty()) return;
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        next();
    }
}

void loop_queue::start_work() noexcept {
    hold_type hold(lock_);
    if (work_++ == 0) request_run(hold);
}

void loop_queue::finish_work() noexcept {
    hold_type hold(lock_);
    if (--work_ == 0) request_run(hold);
}

void loop_queue::close() noexcept {
    std::deque<weft::function<void()>> dropped; // destroyed without the lock
    const hold_type hold(lock_);
    closed_ = true;
    dropped.swap(waiting_);
    guard_.reset();
}

} // namespace websocketpp::detail
