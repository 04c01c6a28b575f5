// SPDX-License-Identifier: MIT
// The queues of a driver's work items: for this round of work, for the next one, for the turn's
// end, and for deletion after it. Calls no item.
#pragma once

#include <utility>

#include <weft/stream/work_item.hpp>

namespace weft {

/// The queues of a driver. An item is in at most one of them. No function allocates.
class work_queues {
public:
    work_queues() noexcept = default;
    work_queues(const work_queues&) = delete;
    work_queues& operator=(const work_queues&) = delete;

    /// Adds `which` to the next round of work, unless it is queued. An item that waits for the
    /// turn's end is added after that. Returns whether the item was queued by this call.
    bool defer(work_item& which) noexcept {
        if (which.place_ == work_item::place::turn_end) which.deferred_too_ = true;
        if (which.place_ != work_item::place::nowhere) return false;
        which.place_ = work_item::place::work;
        next_work_.push_back(which);
        return true;
    }

    /// Moves `which` to the queue of the turn's end. Returns false if it was there already or is
    /// retired.
    bool at_turn_end(work_item& which) noexcept {
        if (which.place_ == work_item::place::turn_end || retired(which)) return false;
        which.deferred_too_ = which.place_ == work_item::place::work;
        which.unlink();
        which.place_ = work_item::place::turn_end;
        turn_end_.push_back(which);
        return true;
    }

    /// Removes `which` from its queue, unless it is retired.
    void cancel(work_item& which) noexcept;

    /// Removes `dead` from its queue, and keeps it until `delete_retired`.
    void retire(work_item& dead) noexcept;
    [[nodiscard]] static bool retired(const work_item& which) noexcept {
        return which.place_ == work_item::place::retired;
    }

    /// Deletes all retired items, including those that their destructors retire.
    void delete_retired() noexcept;

    /// Begins a round of work. Items that are deferred from now on wait for the next round.
    void begin_round() noexcept { work_.take(next_work_); }

    /// Removes and returns the next item of this round; null if there is none.
    [[nodiscard]] work_item* take_work() noexcept {
        if (work_.empty()) return nullptr;
        work_item& next = work_.pop_front();
        next.place_ = work_item::place::nowhere;
        return &next;
    }

    /// Removes and returns the next item of the turn's end; null if there is none. If the item was
    /// deferred too, adds it to the next round.
    [[nodiscard]] work_item* take_turn_end() noexcept {
        if (turn_end_.empty()) return nullptr;
        work_item& next = turn_end_.pop_front();
        next.place_ = work_item::place::nowhere;
        if (std::exchange(next.deferred_too_, false)) defer(next);
        return &next;
    }

    /// Returns whether an item waits to be called.
    [[nodiscard]] bool waits() const noexcept {
        return !work_.empty() || !next_work_.empty() || !turn_end_.empty();
    }

private:
    task_list work_;
    task_list next_work_;
    task_list turn_end_;
    task_list retired_;
};

} // namespace weft
