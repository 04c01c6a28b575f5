// SPDX-License-Identifier: MIT
// Turns: what was queued is run within a budget, then what was begun is finished, then what died
// is freed.
#include <weft/stream/driver.hpp>

#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <sstream>
#include <utility>

namespace weft {
namespace {

/// For an exception that no handler hears of: it must not pass in silence.
void print_exception(const std::exception_ptr& thrown) noexcept {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& what) {
        std::fprintf(stderr, "weft: a handler threw an exception: %s\n", what.what());
    } catch (...) {
        std::fprintf(stderr, "weft: a handler threw an exception\n");
    }
}

} // namespace

driver::driver()
    : mailbox_(std::make_shared<weft::mailbox>(*this)), owner_(std::this_thread::get_id()) {
    scratches_.push_back(std::make_unique<scratch>());
}

driver::~driver() {
    close();
}

void driver::close() noexcept {
    mailbox_->close();
    while (residents_) {
        resident& last = *residents_;
        leave(last);
        last.on_driver_closed();
    }
    posted_.clear();
    if (depth_ == 0) free_graves();
}

// --- time

void driver::arm(timed_task& which, time_point deadline) {
    if (deadline == never) return timers_.disarm(which);
    const bool earlier = deadline < timers_.earliest();
    timers_.arm(which, deadline);
    if (earlier) added();
}

bool driver::expire_timers() {
    bool did = false;
    // Counted, so that the round ends even if handlers keep arming for now.
    for (std::size_t left = timers_.size(); left != 0 && may_call(); --left) {
        if (timers_.earliest() > now_) break;
        timed_task& due = timers_.pop();
        if (due.place_ == task::place::grave) continue;
        due.expire();
        did = true;
    }
    return did;
}

// --- work

void driver::added() noexcept {
    if (depth_ == 0 || active_) work_arrived();
}

void driver::defer(task& which) noexcept {
    if (which.place_ == task::place::turn_end) which.deferred_too_ = true;
    if (which.place_ != task::place::nowhere) return;
    which.place_ = task::place::work;
    next_work_.push_back(which);
    added();
}

void driver::at_turn_end(task& which) noexcept {
    if (which.place_ == task::place::turn_end || which.place_ == task::place::grave) return;
    which.deferred_too_ = which.place_ == task::place::work;
    which.unlink();
    which.place_ = task::place::turn_end;
    turn_end_.push_back(which);
    added();
}

void driver::cancel(task& which) noexcept {
    if (which.place_ == task::place::grave) return;
    which.unlink();
    which.place_ = task::place::nowhere;
    which.deferred_too_ = false;
}

bool driver::run_work() {
    bool did = false;
    work_list_.take(next_work_); // what is deferred from here on waits for the next round
    while (!work_list_.empty() && may_call()) {
        task& next = work_list_.pop_front();
        next.place_ = task::place::nowhere;
        next.run();
        did = true;
    }
    return did;
}

bool driver::run_posted() {
    if (posted_.empty() && mailbox_->waiting()) mailbox_->collect(posted_);
    bool did = false;
    for (std::size_t left = posted_.size(); left != 0 && !posted_.empty() && may_call(); --left) {
        auto work = std::move(posted_.front());
        posted_.pop_front();
        task handler;
        call(handler, work);
        did = true;
    }
    return did;
}

bool driver::work_waits() const noexcept {
    return !work_list_.empty() || !next_work_.empty() || !turn_end_.empty() || !posted_.empty() ||
           mailbox_->waiting();
}

bool driver::finish_tasks() noexcept {
    const bool did = !turn_end_.empty();
    while (!turn_end_.empty()) {
        task& next = turn_end_.pop_front();
        next.place_ = task::place::nowhere;
        if (std::exchange(next.deferred_too_, false)) defer(next);
        next.finish_turn();
    }
    return did;
}

void driver::bury(task* dead) noexcept {
    if (depth_ == 0 || !dead) {
        delete dead;
        return;
    }
    dead->unlink();
    dead->place_ = task::place::grave;
    graves_.push_back(*dead);
}

void driver::free_graves() noexcept {
    while (!graves_.empty()) delete &graves_.pop_front();
}

void driver::enroll(resident& added) noexcept {
    added.previous_ = nullptr;
    added.next_ = residents_;
    if (residents_) residents_->previous_ = &added;
    residents_ = &added;
}

void driver::leave(resident& gone) noexcept {
    if (residents_ != &gone && !gone.previous_) return; // has left before
    if (next_told_ == &gone) next_told_ = gone.next_;
    if (gone.previous_) gone.previous_->next_ = gone.next_;
    if (gone.next_) gone.next_->previous_ = gone.previous_;
    if (residents_ == &gone) residents_ = gone.next_;
    gone.next_ = gone.previous_ = nullptr;
}

// --- handlers

void driver::look_at_clock() noexcept {
    if (read_clock() >= until_) time_is_up_ = true;
}

void driver::handler_threw(std::exception_ptr what, bool reported) noexcept {
    if (on_error_) {
        try {
            return on_error_(std::move(what));
        } catch (...) {
            return print_exception(std::current_exception());
        }
    }
    if (!reported) print_exception(what);
}

// --- turns

driver::turn::turn(driver& owner, budget limit) noexcept
    : owner_(owner), outer_active_(owner.active_), outer_left_(owner.handlers_left_),
      outer_until_(owner.until_), outer_time_is_up_(owner.time_is_up_) {
    if (owner.depth_ != 0) owner.suspend_outer();
    if (owner.depth_++ == 0) owner.mailbox_->turn_begins();
    owner.refresh_now();
    owner.handlers_left_ = limit.handlers;
    owner.until_ = limit.time == duration::max() ? never : deadline_after(owner.now_, limit.time);
    owner.time_is_up_ = limit.time <= duration::zero();
    owner.active_ = nullptr;
}

driver::turn::~turn() {
    owner_.finish_tasks();
    owner_.active_ = outer_active_;
    owner_.handlers_left_ = outer_left_;
    owner_.until_ = outer_until_;
    owner_.time_is_up_ = outer_time_is_up_;
    if (--owner_.depth_ != 0) return;
    owner_.free_graves();
    owner_.mailbox_->turn_ends();
}

void driver::suspend_outer() noexcept {
    for (activity* at = active_; at; at = at->outer_) {
        if (std::exchange(at->suspended_, true)) break; // those below were suspended with it
        at->which_->suspend();
    }
}

// --- what is shared

scratch* driver::take_scratch() noexcept {
    try {
        if (scratches_lent_ == scratches_.size()) scratches_.push_back(std::make_unique<scratch>());
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
    return scratches_[scratches_lent_++].get();
}

void driver::give_back(scratch* lent) noexcept {
    if (!lent) return;
    --scratches_lent_;
    assert(scratches_[scratches_lent_].get() == lent);
}

std::string driver::describe_thread(std::thread::id which) const {
    std::ostringstream text;
    text << which;
    return text.str();
}

bool driver::called_by_owner(const char* function) const noexcept {
    const auto here = std::this_thread::get_id();
    if (here == owner_ || owner_ == std::thread::id()) return true;
    try {
        std::fprintf(stderr, "weft: %s was called on thread %s, but belongs to thread %s\n",
                     function, describe_thread(here).c_str(), describe_thread(owner_).c_str());
    } catch (...) {
        std::fprintf(stderr, "weft: %s was called on a foreign thread\n", function);
    }
    return false;
}

void driver::refuse_thread(const char* function) const noexcept {
    static_cast<void>(called_by_owner(function));
    std::abort();
}

void resident::on_shutdown(time_point, function<void()> done) noexcept {
    if (done) done();
}

/// Shared by those that a shutdown waits for: the last to let go of it calls `done`.
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
    for_each_resident([](resident& which) { which.prepare_shutdown(); });
    mailbox_->post([all] {});
    all->done = std::move(done); // from here on nothing needs memory
    for_each_resident([&](resident& which) { which.on_shutdown(deadline, [all] {}); });
}

void driver::interrupt_residents() {
    for_each_resident([](resident& which) { which.on_interrupt(); });
}

template <class Tell>
void driver::for_each_resident(Tell&& tell) {
    next_told_ = residents_;
    while (next_told_) {
        resident& which = *next_told_;
        next_told_ = which.next_; // `leave` moves it on, should that one leave
        tell(which);
    }
}

} // namespace weft
