// SPDX-License-Identifier: MIT
// A table of members that may be walked, by nested walks too, while members come and go. Costs
// eight bytes and an index for each member.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "stream/reserve_one.hpp"

namespace weft {

/// Stands on the stack during a walk, in a list of the walks that are under way.
class table_cursor {
public:
    table_cursor(table_cursor*& walks, std::size_t size) noexcept;
    table_cursor(const table_cursor&) = delete;
    table_cursor& operator=(const table_cursor&) = delete;
    ~table_cursor();

    std::size_t left; // members in front of it
    table_cursor* const outer;

private:
    table_cursor*& walks_;
};

/// Members in no particular order; each has an `index_`, its place in the table.
///
/// A walk goes from the end to the front, so its cursor divides the table: the members in front of
/// it are still to be visited. Removing a member repairs all cursors: it fills the gap from its own
/// part of the table, so no member changes to the other side of any cursor.
template <class Member>
class member_table {
public:
    member_table() = default;
    member_table(const member_table&) = delete;
    member_table& operator=(const member_table&) = delete;

    [[nodiscard]] bool empty() const noexcept { return members_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }

    /// The member that came last or took its place; there must be one.
    [[nodiscard]] Member& back() const noexcept { return *members_.back(); }

    /// Makes room, so that the next `add` cannot fail. Throws std::bad_alloc.
    void reserve_one() { make_room_for_one(members_); }

    /// Adds a member, for which there is room. Walks that are under way do not visit it.
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

    /// Calls `visit` once for each member that is in the table from beginning to end, and at most
    /// once for one that is removed meanwhile; `visit` may add, remove, and begin further walks.
    template <class Visit>
    void for_each(Visit&& visit) {
        table_cursor at(walks_, members_.size());
        while (at.left != 0) visit(*members_[--at.left]);
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
        if (from == to) return; // what stands in the gap has its place already
        members_[to] = members_[from];
        members_[to]->index_ = static_cast<std::uint32_t>(to);
    }

    std::vector<Member*> members_;
    table_cursor* walks_ = nullptr; // the innermost
};

} // namespace weft
