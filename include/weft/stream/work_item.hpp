// SPDX-License-Identifier: MIT
// Work items, which a driver calls later in a turn or at a deadline. They are linked into the
// driver's lists (intrusive), so that queueing and cancelling never allocate or fail.
#pragma once

#include <cstdint>

#include <weft/core/time.hpp>

namespace weft {

/// A node of a circular list. An unlinked node points at itself.
class list_link {
public:
    list_link() noexcept = default;
    list_link(const list_link&) = delete;
    list_link& operator=(const list_link&) = delete;

    [[nodiscard]] bool linked() const noexcept { return next_ != this; }

    void unlink() noexcept {
        next_->previous_ = previous_;
        previous_->next_ = next_;
        next_ = previous_ = this;
    }

    void insert_before(list_link& at) noexcept {
        previous_ = at.previous_;
        next_ = &at;
        previous_->next_ = this;
        at.previous_ = this;
    }

    /// Inserts the circular list that begins with `first` in front of this node.
    void join(list_link& first) noexcept {
        list_link& last = *first.previous_;
        previous_->next_ = &first;
        first.previous_ = previous_;
        last.next_ = this;
        previous_ = &last;
    }

    [[nodiscard]] list_link* next() const noexcept { return next_; }

private:
    list_link* next_ = this;
    list_link* previous_ = this;
};

/// A work item's place in a round of work, or among those that will be deleted.
class work_link : public list_link {};

/// A work item's place in the queue of the turn's end.
class turn_end_link : public list_link {};

/// An object that a driver calls later; see `driver::defer` and `driver::at_turn_end`.
///
/// Its destructor removes it from its lists. Belongs to one driver and its thread.
class work_item : private work_link, private turn_end_link {
public:
    work_item() noexcept = default;
    virtual ~work_item() { unlink(); }

protected:
    /// Called once after `driver::defer`, in the next round of work.
    virtual void run() noexcept {}

    /// Called at the end of a turn after `driver::at_turn_end`. Must not call handlers.
    virtual void finish_turn() noexcept {}

    /// Called when a nested turn begins while a handler of this item is on the stack.
    virtual void suspend() noexcept {}

private:
    friend class driver;
    template <class>
    friend class task_list;
    friend class work_queues;

    void unlink() noexcept {
        work_link::unlink();
        turn_end_link::unlink();
    }

    bool retired_ = false;
};

/// A list of work items in order. An item is in at most one list for each kind of link.
template <class Link>
class task_list {
public:
    task_list() noexcept = default;
    task_list(const task_list&) = delete;
    task_list& operator=(const task_list&) = delete;

    /// Does not destroy the items that are still in the list.
    ~task_list() { head_.unlink(); }

    [[nodiscard]] bool empty() const noexcept { return !head_.linked(); }

private:
    friend class work_queues;

    void push_back(work_item& added) noexcept { static_cast<Link&>(added).insert_before(head_); }

    work_item& pop_front() noexcept {
        auto& first = static_cast<Link&>(*head_.next());
        first.unlink();
        return static_cast<work_item&>(first);
    }

    /// Moves all items of `other` to the end of this list.
    void take(task_list& other) noexcept {
        if (other.empty()) return;
        list_link& first = *other.head_.next();
        other.head_.unlink(); // leaves the items as a circle without a head
        head_.join(first);
    }

    list_link head_;
};

/// A work item with a deadline; see `driver::arm`. It keeps its place in the timer queue, armed or
/// not, until it is destroyed.
class timed_work_item : public work_item {
public:
    timed_work_item() noexcept = default;
    ~timed_work_item() override;

    [[nodiscard]] bool armed() const noexcept;

protected:
    /// Called when the deadline has passed. The item is no longer armed.
    virtual void expire() noexcept = 0;

private:
    friend class driver;
    friend class timer_queue;

    std::uint32_t index_ = 0;            // in the queue
    class timer_queue* queue_ = nullptr; // null before the item has a place
};

} // namespace weft
