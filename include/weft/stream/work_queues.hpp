// SPDX-License-Identifier: MIT
// The queues of a driver's work items: for this round of work, for the next one, for the turn's
// end, and for deletion after it. Calls no item.
#pragma once

#include <weft/stream/work_item.hpp>

namespace weft {

/// The queues of a driver. An item may wait for a round of work and for the turn's end at the same
/// time: neither puts the other off. No function allocates.
class work_queues {
public:
    work_queues() noexcept = default;
    work_queues(const work_queues&) = delete;
    work_queues& operator=(const work_queues&) = delete;

    /// Adds `which` to the next round of work. Returns false if it waits for a round already or is
    /// retired.
    bool defer(work_item& which) noexcept {
        if (which.work_link::linked() || retired(which)) return false;
        next_work_.push_back(which);
        return true;
    }

    /// Adds `which` to the queue of the turn's end. Returns false if it was there already or is
    /// retired.
    bool at_turn_end(work_item& which) noexcept {
        if (which.turn_end_link::linked() || retired(which)) return false;
        turn_end_.push_back(which);
        return true;
    }

    /// Removes `which` from its queues, unless it is retired.
    void cancel(work_item& which) noexcept;

    /// Removes `dead` from its queues, and keeps it until `delete_retired`.
    void retire(work_item& dead) noexcept;
    [[nodiscard]] static bool retired(const work_item& which) noexcept { return which.retired_; }

    /// Deletes all retired items, including those that their destructors retire.
    void delete_retired() noexcept;

    /// Begins a round of work. Items that are deferred from now on wait for the next round.
    void begin_round() noexcept { work_.take(next_work_); }

    /// Removes and returns the next item of this round; null if there is none.
    [[nodiscard]] work_item* take_work() noexcept {
        return work_.empty() ? nullptr : &work_.pop_front();
    }

    /// Removes and returns the next item of the turn's end; null if there is none.
    [[nodiscard]] work_item* take_turn_end() noexcept {
        return turn_end_.empty() ? nullptr : &turn_end_.pop_front();
    }

    /// Returns whether an item waits to be called.
    [[nodiscard]] bool waits() const noexcept {
        return !work_.empty() || !next_work_.empty() || !turn_end_.empty();
    }

private:
    task_list<work_link> work_;
    task_list<work_link> next_work_;
    task_list<turn_end_link> turn_end_;
    task_list<work_link> retired_;
};

} // namespace weft
