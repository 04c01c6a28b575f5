// SPDX-License-Identifier: MIT
// Deadlines in their order: a heap that knows where each of its tasks is. It reads no clock.
#pragma once

#include <cstddef>
#include <vector>

#include <weft/stream/work_item.hpp>

namespace weft {

class driver;

/// Tasks with deadlines, earliest first. Arming and disarming cost O(log n), idle ones nothing.
///
/// A task takes its place once and keeps it, with the deadline `never` while it is not armed: so
/// only the first arming needs memory.
class timer_queue {
public:
    explicit timer_queue(driver* owner = nullptr) noexcept : owner_(owner) {}
    timer_queue(const timer_queue&) = delete;
    timer_queue& operator=(const timer_queue&) = delete;

    /// Disarms what is still armed.
    ~timer_queue();

    /// The driver of a task that has a place.
    [[nodiscard]] static driver* owner_of(const timed_work_item& which) noexcept {
        return which.queue_->owner_;
    }

    /// How many tasks have a place.
    [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }

    /// The earliest deadline; `never` when nothing is armed.
    [[nodiscard]] time_point earliest() const noexcept {
        return heap_.empty() ? never : heap_.front().deadline;
    }

    /// The deadline of an armed work_item; `never` for another.
    [[nodiscard]] time_point deadline(const timed_work_item& which) const noexcept {
        return which.queue_ ? heap_[which.index_].deadline : never;
    }

    /// Gives `which` its place, if it has none. May throw std::bad_alloc.
    void add(timed_work_item& which);

    /// Arms `which`, or moves its deadline. Throws like `add`, if it has no place.
    void arm(timed_work_item& which, time_point deadline);

    void disarm(timed_work_item& which) noexcept;

    /// Takes back the place of `which`.
    void remove(timed_work_item& which) noexcept;

    /// Disarms the earliest work_item; one must be armed.
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
    std::vector<entry> heap_; // four children each: fewer levels, fewer cache lines
};

} // namespace weft
