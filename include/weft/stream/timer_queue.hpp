// SPDX-License-Identifier: MIT
// Deadlines in their order: a heap that knows where each of its tasks is. It reads no clock.
#pragma once

#include <cstddef>
#include <vector>

#include <weft/stream/task.hpp>

namespace weft {

/// Armed tasks, earliest first. Arming and disarming cost O(log n), idle ones nothing.
class timer_queue {
public:
    timer_queue() = default;
    timer_queue(const timer_queue&) = delete;
    timer_queue& operator=(const timer_queue&) = delete;

    /// Disarms what is still armed.
    ~timer_queue();

    [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }

    /// The earliest deadline; `never` when nothing is armed.
    [[nodiscard]] time_point earliest() const noexcept {
        return heap_.empty() ? never : heap_.front().deadline;
    }

    /// The deadline of an armed task; `never` for another.
    [[nodiscard]] time_point deadline(const timed_task& which) const noexcept {
        return which.armed() ? heap_[which.index_].deadline : never;
    }

    /// Arms `which`, or moves its deadline. May throw std::bad_alloc if it was not armed.
    void arm(timed_task& which, time_point deadline);

    void disarm(timed_task& which) noexcept;

    /// Takes out the earliest task; there must be one.
    timed_task& pop() noexcept;

private:
    struct entry {
        time_point deadline;
        timed_task* which;
    };

    void put(std::size_t at, entry placed) noexcept;
    void move_up(std::size_t at, entry moved) noexcept;
    void move_down(std::size_t at, entry moved) noexcept;

    std::vector<entry> heap_; // four children each: fewer levels, fewer cache lines
};

} // namespace weft
