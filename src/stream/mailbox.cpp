// SPDX-License-Identifier: MIT
// The mailbox: posting on any thread, collecting on the driver's thread.
#include <weft/stream/mailbox.hpp>

#include <utility>

#include <weft/stream/driver.hpp>

namespace weft {

bool mailbox::post(function<void()> work) {
    std::list<function<void()>> posted;
    posted.push_back(std::move(work)); // destroyed outside the lock if the driver is gone
    return post_all(posted);
}

bool mailbox::post_all(std::list<function<void()>>& work) noexcept {
    const std::lock_guard lock(mutex_);
    if (!owner_) return false;
    const std::size_t added = work.size();
    posted_.splice(posted_.end(), work);
    count_ += added;
    if (in_turn_here()) by_handlers_ = count_;
    if (size_.fetch_add(added, std::memory_order_acq_rel) == 0) {
        if (notify_) notify_();
        owner_->post_arrived();
    }
    return true;
}

void mailbox::on_post(function<void()> notify) noexcept {
    const std::lock_guard lock(mutex_); // the previous function is destroyed outside the lock
    std::swap(notify_, notify);
}

void mailbox::collect(std::list<function<void()>>& taken) noexcept {
    const std::lock_guard lock(mutex_);
    size_.store(0, std::memory_order_release);
    taken.splice(taken.end(), posted_);
}

void mailbox::close() noexcept {
    std::list<function<void()>> rejected; // destroyed outside the lock: destructors may post
    const std::lock_guard lock(mutex_);
    owner_ = nullptr;
    posted_.swap(rejected);
    size_.store(0, std::memory_order_release);
}

} // namespace weft
