// SPDX-License-Identifier: MIT
// A table of members. Members may be added and removed during iterations, which may nest. Costs
// eight bytes and an index for each member.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "stream/reserve_one.hpp"

namespace weft {

/// The position of an iteration. It is on the stack, and in the list of iterations in progress.
class table_cursor {
public:
    table_cursor(table_cursor*& walks, std::size_t size) noexcept;
    table_cursor(const table_cursor&) = delete;
    table_cursor& operator=(const table_cursor&) = delete;
    ~table_cursor();

    std::size_t left; // members still to visit: those in front of the cursor
    table_cursor* const outer;

private:
    table_cursor*& walks_;
};

/// Members in no particular order. Each has an `index_`, its position in the table.
///
/// An iteration goes from the end to the front. Its cursor divides the table: the members in front
/// of it are still to be visited. Removing a member fills the gap with a member from the same side
/// of each cursor, and adjusts the cursors.
template <class Member>
class member_table {
public:
    member_table() = default;
    member_table(const member_table&) = delete;
    member_table& operator=(const member_table&) = delete;

    [[nodiscard]] bool empty() const noexcept { return members_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }

    /// Returns the member at the end of the table, which must not be empty.
    [[nodiscard]] Member& back() const noexcept { return *members_.back(); }

    /// Reserves memory, so that the next `add` cannot fail. Throws std::bad_alloc.
    void reserve_one() { weft::reserve_one(members_); }

    /// Adds a member after `reserve_one`. Iterations in progress do not visit it.
    void add(Member& added) noexcept {
        added.index_ = static_cast<std::uint32_t>(members_.size());
        members_.push_back(&added);
    }

    void remove(Member& gone) noexcept {
        std::size_t gap = gone.index_;
        while (table_cursor* const next = first_cursor_behind(gap)) {
            move(--next->left, gap);
            gap = next->left;
        }
        move(members_.size() - 1, gap);
        members_.pop_back();
    }

    /// Calls `action` once for each member that stays in the table during the whole iteration, and
    /// at most once for a member that is removed meanwhile. `action` may add and remove members,
    /// and may start nested iterations.
    template <class Action>
    void for_each(Action&& action) {
        table_cursor at(walks_, members_.size());
        while (at.left != 0) action(*members_[--at.left]);
    }

    /// Returns the member that an iteration will visit `distance` members after `visited`, if no
    /// members are removed meanwhile. Null if the iteration ends before that.
    [[nodiscard]] Member* ahead_of(const Member& visited, std::size_t distance) const noexcept {
        return visited.index_ < distance ? nullptr : members_[visited.index_ - distance];
    }

private:
    [[nodiscard]] table_cursor* first_cursor_behind(std::size_t gap) const noexcept {
        table_cursor* first = nullptr;
        for (table_cursor* each = walks_; each; each = each->outer) {
            if (each->left > gap && (!first || each->left < first->left)) first = each;
        }
        return first;
    }

    void move(std::size_t from, std::size_t to) noexcept {
        if (from == to) return; // the member is at its position already
        members_[to] = members_[from];
        members_[to]->index_ = static_cast<std::uint32_t>(to);
    }

    std::vector<Member*> members_;
    table_cursor* walks_ = nullptr; // the innermost
};

} // namespace weft
