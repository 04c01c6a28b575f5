// SPDX-License-Identifier: MIT
// Tasks that wait to be called in a driver's turn: those of this round of work and of the next,
// those of the turn's end, and those that are deleted after it. Calls none of them.
#pragma once

#include <utility>

#include <weft/stream/work_item.hpp>

namespace weft {

/// Where a driver's tasks wait; each is in one list at most. Nothing here needs memory.
class work_queues {
public:
    work_queues() noexcept = default;
    work_queues(const work_queues&) = delete;
    work_queues& operator=(const work_queues&) = delete;

    /// Adds `which` to the next round of work, unless it waits already. What waits for the turn's
    /// end is added after that. Returns whether this made something wait.
    bool defer(work_item& which) noexcept {
        if (which.place_ == work_item::place::turn_end) which.deferred_too_ = true;
        if (which.place_ != work_item::place::nowhere) return false;
        which.place_ = work_item::place::work;
        next_work_.push_back(which);
        return true;
    }

    /// Moves `which` to those of the turn's end. Returns whether it was not there before.
    bool at_turn_end(work_item& which) noexcept {
        if (which.place_ == work_item::place::turn_end || retired(which)) return false;
        which.deferred_too_ = which.place_ == work_item::place::work;
        which.unlink();
        which.place_ = work_item::place::turn_end;
        turn_end_.push_back(which);
        return true;
    }

    /// Takes `which` out of the list it is in.
    void cancel(work_item& which) noexcept;

    /// Keeps `dead` until `delete_retired`; until then it waits for nothing.
    void retire(work_item& dead) noexcept;
    [[nodiscard]] static bool retired(const work_item& which) noexcept {
        return which.place_ == work_item::place::retired;
    }

    /// Deletes the retired, and those whose destructors retire more.
    void delete_retired() noexcept;

    /// What is deferred from here on waits for the next round.
    void begin_round() noexcept { work_.take(next_work_); }

    /// The next task of this round, which waits no more; null if there is none.
    [[nodiscard]] work_item* take_work() noexcept {
        if (work_.empty()) return nullptr;
        work_item& next = work_.pop_front();
        next.place_ = work_item::place::nowhere;
        return &next;
    }

    /// The next task of the turn's end; if it was deferred too, it waits for the next round now.
    [[nodiscard]] work_item* take_turn_end() noexcept {
        if (turn_end_.empty()) return nullptr;
        work_item& next = turn_end_.pop_front();
        next.place_ = work_item::place::nowhere;
        if (std::exchange(next.deferred_too_, false)) defer(next);
        return &next;
    }

    /// Whether a task waits to be called.
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
