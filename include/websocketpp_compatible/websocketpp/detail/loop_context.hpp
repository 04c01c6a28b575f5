// SPDX-License-Identifier: MIT
// An execution context of Asio whose handlers run on a Weft event loop.
#pragma once

#include <memory>
#include <utility>

#include <websocketpp/common/asio.hpp>
#include <websocketpp/detail/loop_queue.hpp>

namespace websocketpp::detail {

/// Asio waits for sockets and timers on a thread of its own. That thread calls no handlers; it
/// passes them to the loop. Destroy the context on the loop's thread.
class loop_context : public lib::asio::execution_context {
public:
    class executor_type;

    explicit loop_context(weft::event_loop& loop) : queue_(std::make_shared<loop_queue>(loop)) {}
    ~loop_context() {
        queue_->close();
        shutdown();
        destroy();
    }

    executor_type get_executor() noexcept;
    weft::event_loop& loop() const noexcept { return queue_->loop(); }

private:
    std::shared_ptr<loop_queue> queue_;
};

class loop_context::executor_type {
    typedef lib::asio::execution::blocking_t blocking_t;
    typedef lib::asio::execution::outstanding_work_t work_t;

public:
    executor_type(loop_context& context, std::shared_ptr<loop_queue> queue) noexcept
        : executor_type(context, std::move(queue), false, false) {}
    executor_type(executor_type const& other) noexcept
        : executor_type(*other.context_, other.queue_, other.never_blocks_, other.is_work_) {}
    executor_type(executor_type&& other) noexcept
        : context_(other.context_), queue_(std::move(other.queue_)),
          never_blocks_(other.never_blocks_), is_work_(std::exchange(other.is_work_, false)) {}
    executor_type& operator=(executor_type other) noexcept {
        std::swap(context_, other.context_);
        std::swap(queue_, other.queue_);
        std::swap(never_blocks_, other.never_blocks_);
        std::swap(is_work_, other.is_work_);
        return *this;
    }
    ~executor_type() {
        if (is_work_) queue_->finish_work();
    }

    template <class Function>
    void execute(Function&& function) const {
        if (!never_blocks_ && queue_->running_in_this_thread()) {
            std::decay_t<Function> now(std::forward<Function>(function));
            now();
        } else {
            queue_->push(std::forward<Function>(function));
        }
    }

    lib::asio::execution_context& query(lib::asio::execution::context_t) const noexcept {
        return *context_;
    }
    blocking_t query(blocking_t) const noexcept {
        return never_blocks_ ? blocking_t(blocking_t::never) : blocking_t(blocking_t::possibly);
    }
    work_t query(work_t) const noexcept {
        return is_work_ ? work_t(work_t::tracked) : work_t(work_t::untracked);
    }

    executor_type require(blocking_t::never_t) const noexcept { return with(true, is_work_); }
    executor_type require(blocking_t::possibly_t) const noexcept { return with(false, is_work_); }
    executor_type require(work_t::tracked_t) const noexcept { return with(never_blocks_, true); }
    executor_type require(work_t::untracked_t) const noexcept { return with(never_blocks_, false); }

    friend bool operator==(executor_type const& a, executor_type const& b) noexcept {
        return a.context_ == b.context_ && a.never_blocks_ == b.never_blocks_ &&
               a.is_work_ == b.is_work_;
    }

private:
    executor_type(loop_context& context, std::shared_ptr<loop_queue> queue, bool never_blocks,
                  bool is_work) noexcept
        : context_(&context), queue_(std::move(queue)), never_blocks_(never_blocks),
          is_work_(is_work) {
        if (is_work_) queue_->start_work();
    }
    executor_type with(bool never_blocks, bool is_work) const noexcept {
        return executor_type(*context_, queue_, never_blocks, is_work);
    }

    loop_context* context_;
    std::shared_ptr<loop_queue> queue_;
    bool never_blocks_;
    bool is_work_;
};

inline loop_context::executor_type loop_context::get_executor() noexcept {
    return executor_type(*this, queue_);
}

} // namespace websocketpp::detail
