// SPDX-License-Identifier: MIT
// What lives on a driver and must know of events that concern all of it: endpoints, resolvers. The
// list of them, which may be walked while residents come and go.
#pragma once

#include <utility>

#include <weft/core/function.hpp>
#include <weft/core/time.hpp>

namespace weft {

/// Something that lives on a driver and must know of what concerns all on it.
class resident {
public:
    resident(const resident&) = delete;
    resident& operator=(const resident&) = delete;

    /// The driver was woken by `wake`: call the `interrupt` handlers.
    virtual void on_interrupt() = 0;

    /// Takes the memory that the next `on_shutdown` will need; std::bad_alloc prevents that.
    virtual void prepare_shutdown() {}

    /// All on the driver is to end: begin no more, and call `done` once when nothing is left, by
    /// `deadline` at the latest.
    virtual void on_shutdown(time_point deadline, function<void()> done) noexcept;

    /// The driver will make no more turns: drop everything, call nobody.
    virtual void on_driver_closed() noexcept = 0;

protected:
    resident() noexcept = default;
    ~resident() = default;

private:
    friend class resident_list;

    resident* next_ = nullptr;
    resident* previous_ = nullptr;
};

/// Residents, newest first. Adding and removing need no memory; removing repairs every walk that
/// is under way.
class resident_list {
public:
    resident_list() = default;
    resident_list(const resident_list&) = delete;
    resident_list& operator=(const resident_list&) = delete;

    /// The newest; null if there is none.
    [[nodiscard]] resident* first() const noexcept { return first_; }

    /// Adds one that is in no list. Walks that are under way do not visit it.
    void add(resident& added) noexcept;

    /// Removes `gone`, if it is here.
    void remove(resident& gone) noexcept;

    /// Calls `visit` once for each resident that is here from beginning to end; `visit` may add,
    /// remove, and begin further walks.
    template <class Visit>
    void for_each(Visit&& visit) {
        cursor at{first_, walks_};
        const end_of_walk after{*this, std::exchange(walks_, &at)};
        while (resident* const which = at.next) {
            at.next = which->next_; // `remove` moves it on if that one leaves
            visit(*which);
        }
    }

private:
    /// Stands on the stack during a walk.
    struct cursor {
        resident* next;
        cursor* outer;
    };

    /// Ends a walk also by an exception. Apart from the cursor: GCC 12 sees then that no pointer to
    /// that is left.
    struct end_of_walk {
        resident_list& list;
        cursor* outer;
        ~end_of_walk() { list.walks_ = outer; }
    };

    resident* first_ = nullptr;
    cursor* walks_ = nullptr; // the innermost
};

} // namespace weft
