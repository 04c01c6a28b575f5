// SPDX-License-Identifier: MIT
// Passes publications from the threads that publish to the thread of a session.
#include "hub/memory_inbox.hpp"

#include <new>

namespace weft {
namespace {

constexpr std::size_t deliveries_per_turn = 256;

std::size_t cost_of(const memory_inbox::entry& one) noexcept {
    return one.topic.size() + one.what->size() + sizeof(publication);
}

} // namespace

void memory_inbox::add(entries& added) noexcept {
    std::size_t more = 0;
    for (const entry& one : added) more += cost_of(one);
    const std::lock_guard lock(mutex_);
    waiting_.splice(waiting_.end(), added);
    size_ += more;
}

std::list<function<void()>> memory_inbox::make_wake_up() {
    std::list<function<void()>> made;
    made.push_back([self = shared_from_this()] { self->deliver(deliveries_per_turn); });
    return made;
}

void memory_inbox::wake(std::list<function<void()>>& wake_up) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (woken_ || waiting_.empty()) return;
        woken_ = true;
    }
    mailbox_->post_all(wake_up);
}

/// Schedules another call of `deliver`. Returns false if there is no memory for that.
bool memory_inbox::schedule_delivery() noexcept {
    try {
        auto again = make_wake_up();
        wake(again);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

/// Takes the oldest publication, if there is one.
void memory_inbox::take(entries& next) noexcept {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return;
    next.splice(next.end(), waiting_, waiting_.begin());
    size_ -= cost_of(next.front());
}

void memory_inbox::deliver(std::size_t at_most) noexcept {
    if (at_most != SIZE_MAX) {
        const std::lock_guard lock(mutex_);
        woken_ = false;
    }
    if (delivering_) return;
    const auto keep = shared_from_this(); // the client may destroy the session
    delivering_ = true;
    for (; client_; --at_most) {
        if (at_most == 0 && schedule_delivery()) break; // otherwise all are delivered now
        entries next; // destroyed without the lock: that may run code of the application
        take(next);
        if (next.empty()) break;
        client_->on_publication(next.front().topic, next.front().what);
    }
    delivering_ = false;
}

} // namespace weft
