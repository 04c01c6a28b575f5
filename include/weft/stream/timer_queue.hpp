// SPDX-License-Identifier: MIT
// A timer queue: a heap of work items, ordered by deadline. Reads no clock.
#pragma once

#include <cstddef>
#include <vector>

#include <weft/stream/work_item.hpp>

namespace weft {

class driver;

/// Work items with deadlines, earliest first. Arming and disarming cost O(log n).
///
/// An item gets its place in the heap once and keeps it, with the deadline `never` while it is not
/// armed. Therefore only the first arming needs memory.
class timer_queue {
public:
    explicit timer_queue(driver* owner = nullptr) noexcept : owner_(owner) {}
    timer_queue(const timer_queue&) = delete;
    timer_queue& operator=(const timer_queue&) = delete;

    /// Disarms all items that are still armed.
    ~timer_queue();

    /// Returns the driver of an item that has a place.
    [[nodiscard]] static driver* owner_of(const timed_work_item& which) noexcept {
        return which.queue_->owner_;
    }

    /// Returns how many items have a place.
    [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }

    /// Returns the earliest deadline; `never` if nothing is armed.
    [[nodiscard]] time_point earliest() const noexcept {
        return heap_.empty() ? never : heap_.front().deadline;
    }

    /// Returns the deadline of `which`; `never` if it is not armed.
    [[nodiscard]] time_point deadline(const timed_work_item& which) const noexcept {
        return which.queue_ ? heap_[which.index_].deadline : never;
    }

    /// Gives `which` a place, if it has none. May throw std::bad_alloc.
    void add(timed_work_item& which);

    /// Arms `which`, or changes its deadline. Throws like `add`, if it has no place.
    void arm(timed_work_item& which, time_point deadline);

    void disarm(timed_work_item& which) noexcept;

    /// Removes the place of `which`.
    void remove(timed_work_item& which) noexcept;

    /// Disarms and returns the item with the earliest deadline; one must be armed.
    timed_work_item& pop() noexcept;

private:
    struct entry {
        time_point deadline;
        timed_work_item* which;
    };

    void put(std::size_t at, entry placed) noexcept;
    void move_up(std::size_t at, entry moved) noexcept;
    void move_down(std::size_t at, entry moved) noexcept;

    driver* owner_;
    std::vector<entry> heap_; // four children per node: fewer levels, fewer cache lines
};

} // namespace weft
