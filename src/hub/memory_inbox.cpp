// SPDX-License-Identifier: MIT
// Passes publications from the threads that publish to the thread of a session.
#include "hub/memory_inbox.hpp"

namespace weft {
namespace {

constexpr std::size_t deliveries_per_turn = 256;

std::size_t cost_of(std::string_view topic, const publication& what) noexcept {
    return topic.size() + what.size() + sizeof(publication);
}

} // namespace

void memory_inbox::add(std::string_view topic, const shared_publication& what) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::string(topic), what});
    size_ += cost_of(topic, *what);
}

void memory_inbox::take_back() noexcept {
    const std::lock_guard lock(mutex_);
    size_ -= cost_of(waiting_.back().topic, *waiting_.back().what);
    waiting_.pop_back();
}

void memory_inbox::wake() {
    {
        const std::lock_guard lock(mutex_);
        if (woken_ || waiting_.empty()) return;
        woken_ = true;
    }
    try {
        mailbox_->post([self = shared_from_this()] { self->deliver(deliveries_per_turn); });
    } catch (...) {
        const std::lock_guard lock(mutex_);
        woken_ = false;
        throw;
    }
}

bool memory_inbox::take(entry& next) noexcept {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return false;
    next = std::move(waiting_.front());
    waiting_.pop_front();
    size_ -= cost_of(next.topic, *next.what);
    return true;
}

void memory_inbox::deliver(std::size_t at_most) {
    if (at_most != SIZE_MAX) {
        const std::lock_guard lock(mutex_);
        woken_ = false;
    }
    if (delivering_) return;
    const auto keep = shared_from_this(); // the client may destroy the session
    delivering_ = true;
    entry next;
    while (client_ && at_most != 0 && take(next)) {
        if (at_most != SIZE_MAX) --at_most;
        client_->on_publication(next.topic, next.what);
    }
    delivering_ = false;
    if (client_) wake();
}

} // namespace weft
