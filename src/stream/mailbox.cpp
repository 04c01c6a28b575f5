// SPDX-License-Identifier: MIT
// Posting from any thread.
#include <weft/stream/mailbox.hpp>

#include <utility>

#include <weft/stream/driver.hpp>

namespace weft {

bool mailbox::post(function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (!owner_) return false;
    posted_.push_back(std::move(work));
    if (!waiting_.exchange(true, std::memory_order_acq_rel)) owner_->mail_arrived();
    return true;
}

void mailbox::collect(std::deque<function<void()>>& taken) {
    const std::lock_guard lock(mutex_);
    waiting_.store(false, std::memory_order_release);
    if (taken.empty()) return posted_.swap(taken);
    for (auto& work : posted_) taken.push_back(std::move(work));
    posted_.clear();
}

void mailbox::close() noexcept {
    std::deque<function<void()>> unheard; // destroyed outside the lock: destructors may post
    const std::lock_guard lock(mutex_);
    owner_ = nullptr;
    posted_.swap(unheard);
    waiting_.store(false, std::memory_order_release);
}

} // namespace weft
