// SPDX-License-Identifier: MIT
// The heap operations of the timer queue.
#include <weft/stream/timer_queue.hpp>

#include <algorithm>

#include "stream/reserve_one.hpp"

namespace weft {
namespace {

constexpr std::size_t children = 4;

} // namespace

timed_work_item::~timed_work_item() {
    if (queue_) queue_->remove(*this);
}

bool timed_work_item::armed() const noexcept {
    return queue_ && queue_->deadline(*this) != never;
}

timer_queue::~timer_queue() {
    for (const entry& one : heap_) one.which->queue_ = nullptr;
}

void timer_queue::add(timed_work_item& which) {
    if (which.queue_) return;
    reserve_one(heap_);
    heap_.push_back({never, &which});
    which.index_ = static_cast<std::uint32_t>(heap_.size() - 1);
    which.queue_ = this;
}

void timer_queue::arm(timed_work_item& which, time_point deadline) {
    add(which);
    const std::size_t at = which.index_;
    const time_point before = heap_[at].deadline;
    if (deadline < before) {
        move_up(at, {deadline, &which});
    } else {
        move_down(at, {deadline, &which});
    }
}

void timer_queue::disarm(timed_work_item& which) noexcept {
    if (which.queue_) move_down(which.index_, {never, &which});
}

void timer_queue::remove(timed_work_item& which) noexcept {
    if (!which.queue_) return;
    const std::size_t at = which.index_;
    which.queue_ = nullptr;
    const entry last = heap_.back();
    heap_.pop_back();
    if (last.which == &which) return;
    if (at > 0 && last.deadline < heap_[(at - 1) / children].deadline) {
        move_up(at, last);
    } else {
        move_down(at, last);
    }
}

timed_work_item& timer_queue::pop() noexcept {
    timed_work_item& first = *heap_.front().which;
    disarm(first);
    return first;
}

void timer_queue::put(std::size_t at, entry placed) noexcept {
    heap_[at] = placed;
    placed.which->index_ = static_cast<std::uint32_t>(at);
}

void timer_queue::move_up(std::size_t at, entry moved) noexcept {
    while (at > 0) {
        const std::size_t parent = (at - 1) / children;
        if (heap_[parent].deadline <= moved.deadline) break;
        put(at, heap_[parent]);
        at = parent;
    }
    put(at, moved);
}

void timer_queue::move_down(std::size_t at, entry moved) noexcept {
    for (;;) {
        const std::size_t first = at * children + 1;
        if (first >= heap_.size()) break;
        const std::size_t end = std::min(first + children, heap_.size());
        std::size_t least = first;
        for (std::size_t child = first + 1; child < end; ++child) {
            if (heap_[child].deadline < heap_[least].deadline) least = child;
        }
        if (moved.deadline <= heap_[least].deadline) break;
        put(at, heap_[least]);
        at = least;
    }
    put(at, moved);
}

} // namespace weft
