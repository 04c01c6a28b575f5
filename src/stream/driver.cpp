// SPDX-License-Identifier: MIT
// Turns of a driver: run queued work within a budget, then finish it, then delete retired items.
#include <weft/stream/driver.hpp>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "stream/log_fields.hpp"

namespace weft {
namespace {

/// Prints an exception that no `on_error` handler receives.
void print_exception(const std::exception_ptr& thrown) noexcept {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& what) {
        std::fprintf(stderr, "weft: a handler threw an exception: %s\n", what.what());
    } catch (...) {
        std::fprintf(stderr, "weft: a handler threw an exception\n");
    }
}

/// Logs an exception of a handler.
void log_exception(driver& owner, const std::exception_ptr& thrown) noexcept {
    log_fields fields;
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& what) {
        fields.add("what", what.what());
        owner.log({log_level::error, "exception", fields.all()});
    } catch (...) {
        owner.log({log_level::error, "exception", fields.all()});
    }
}

} // namespace

driver::driver() : mailbox_(std::make_shared<weft::mailbox>(*this)) {}

driver::~driver() {
    close();
}

std::chrono::sys_seconds driver::utc() const noexcept {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

void driver::close() noexcept {
    mailbox_->close();
    closing_ = true;
    while (driver_observer* const newest = observers_.first()) {
        leave(*newest);
        newest->on_driver_closed();
    }
    posted_.clear();
    closing_ = false;
    if (depth_ == 0) tasks_.delete_retired();
}

// --- time

void driver::arm(timed_work_item& which, time_point deadline) {
    if (deadline == never) return timers_.disarm(which);
    const bool earlier = deadline < timers_.earliest();
    timers_.arm(which, deadline);
    if (earlier) added();
}

bool driver::expire_timers() {
    bool did = false;
    // Counted, so that the loop ends even if handlers keep arming timers for the current time.
    for (std::size_t left = timers_.size(); left != 0 && may_call(); --left) {
        if (timers_.earliest() > now_) break;
        timed_work_item& due = timers_.pop();
        if (work_queues::retired(due)) continue;
        due.expire();
        did = true;
    }
    return did;
}

// --- work

void driver::added() noexcept {
    if (depth_ == 0 || active_) work_arrived();
}

void driver::defer(work_item& which) noexcept {
    if (tasks_.defer(which)) added();
}

void driver::at_turn_end(work_item& which) noexcept {
    if (tasks_.at_turn_end(which)) added();
}

bool driver::run_work() {
    bool did = false;
    const auto before = mailbox_->posted_by_handlers();
    tasks_.begin_round();
    while (may_call()) {
        work_item* const next = tasks_.take_work();
        if (!next) break;
        next->run();
        did = true;
    }
    const auto after = mailbox_->posted_by_handlers();
    if (after != before) posts_awaited_ = after;
    return did;
}

bool driver::run_posted() {
    if (posted_.empty() && mailbox_->waiting()) mailbox_->collect(posted_);
    bool did = false;
    for (std::size_t left = posted_.size(); left != 0 && !posted_.empty() && may_call(); --left) {
        auto work = std::move(posted_.front());
        posted_.pop_front();
        ++posts_run_;
        work_item handler;
        call(handler, work);
        did = true;
    }
    return did;
}

bool driver::work_waits() const noexcept {
    return tasks_.waits() || !posted_.empty() || mailbox_->waiting();
}

bool driver::finish_tasks() noexcept {
    bool did = false;
    while (work_item* const next = tasks_.take_turn_end()) {
        next->finish_turn();
        did = true;
    }
    return did;
}

void driver::retire(work_item* dead) noexcept {
    if ((depth_ == 0 && !closing_) || !dead) {
        delete dead;
        return;
    }
    tasks_.retire(*dead);
}

// --- handlers

void driver::look_at_clock() noexcept {
    left_.time_passed(read_clock());
}

void driver::handler_threw(std::exception_ptr what, bool reported) noexcept {
    if (logs(log_level::error)) log_exception(*this, what);
    if (on_error_) {
        try {
            return on_error_(std::move(what));
        } catch (...) {
            return print_exception(std::current_exception());
        }
    }
    if (!reported) print_exception(what);
}

// --- the log

void driver::on_log(log_level from, function<void(const log_record&)> handler) {
    on_log_ = std::move(handler);
    logs_from_ = on_log_ ? from : log_level::off;
    log_was_set_ = true;
}

/// What the handler itself causes is not logged. If it throws, `on_error` may set another.
void driver::log(const log_record& what) noexcept {
    if (what.level == log_level::off || !logs(what.level)) return;
    const log_level from = std::exchange(logs_from_, log_level::off);
    log_was_set_ = false;
    try {
        on_log_(what);
    } catch (...) {
        handler_threw(std::current_exception());
    }
    if (!log_was_set_) logs_from_ = from;
}

// --- turns

driver::turn::turn(driver& owner, budget limit) noexcept
    : owner_(owner), outer_active_(owner.active_), outer_left_(owner.left_) {
    if (owner.depth_ != 0) owner.suspend_outer();
    if (owner.depth_++ == 0) owner.mailbox_->turn_begins();
    owner.refresh_now();
    owner.left_ = remaining_budget(limit, owner.now_);
    owner.active_ = nullptr;
}

driver::turn::~turn() {
    owner_.finish_tasks();
    owner_.active_ = outer_active_;
    owner_.left_ = outer_left_;
    if (--owner_.depth_ != 0) return;
    owner_.tasks_.delete_retired();
    owner_.mailbox_->turn_ends();
}

void driver::suspend_outer() noexcept {
    for (activity* at = active_; at; at = at->outer_) {
        if (std::exchange(at->suspended_, true)) break; // the outer ones are suspended already
        at->which_->suspend();
    }
}

// --- threads

std::string driver::describe_thread(std::thread::id which) const {
    return thread_check::number_of(which);
}

bool driver::called_by_owner(const char* function) const noexcept {
    if (thread_.passes()) return true;
    try {
        thread_check::print_foreign_call(function, describe_thread(std::this_thread::get_id()),
                                         describe_thread(thread_.owner()));
    } catch (...) {
        thread_check::print_foreign_call(function, {}, {});
    }
    return false;
}

void driver::refuse_thread(const char* function) const noexcept {
    static_cast<void>(called_by_owner(function));
    std::abort();
}

// --- driver observers

/// Shared by everything that a shutdown waits for. Releasing the last reference calls `done`.
class driver::shutdown {
public:
    explicit shutdown(driver& owner) noexcept : owner_(owner) {}
    shutdown(const shutdown&) = delete;
    shutdown& operator=(const shutdown&) = delete;
    ~shutdown() {
        try {
            if (done) done();
        } catch (...) {
            owner_.handler_threw(std::current_exception());
        }
    }

    function<void()> done;

private:
    driver& owner_;
};

void driver::shut_down(time_point deadline, function<void()> done) {
    const auto all = std::make_shared<shutdown>(*this);
    observers_.for_each([](driver_observer& which) { which.prepare_shutdown(); });
    mailbox_->post([all] {});
    all->done = std::move(done); // from here on nothing allocates
    observers_.for_each([&](driver_observer& which) { which.on_shutdown(deadline, [all] {}); });
}

void driver::interrupt_observers() {
    observers_.for_each([](driver_observer& which) { which.on_interrupt(); });
}

} // namespace weft
