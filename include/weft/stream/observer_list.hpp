// SPDX-License-Identifier: MIT
// What lives on a driver and must know of events that concern all of it: endpoints, resolvers. The
// list of them, which may be walked while driver observers come and go.
#pragma once

#include <utility>

#include <weft/core/function.hpp>
#include <weft/core/time.hpp>

namespace weft {

/// Something that lives on a driver and must know of what concerns all on it.
class driver_observer {
public:
    driver_observer(const driver_observer&) = delete;
    driver_observer& operator=(const driver_observer&) = delete;

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
    driver_observer() noexcept = default;
    ~driver_observer() = default;

private:
    friend class observer_list;

    driver_observer* next_ = nullptr;
    driver_observer* previous_ = nullptr;
};

/// Residents, newest first. Adding and removing need no memory; removing repairs every walk that
/// is under way.
class observer_list {
public:
    observer_list() = default;
    observer_list(const observer_list&) = delete;
    observer_list& operator=(const observer_list&) = delete;

    /// The newest; null if there is none.
    [[nodiscard]] driver_observer* first() const noexcept { return first_; }

    /// Adds one that is in no list. Walks that are under way do not visit it.
    void add(driver_observer& added) noexcept;

    /// Removes `gone`, if it is here.
    void remove(driver_observer& gone) noexcept;

    /// Calls `visit` once for each driver observer that is here from beginning to end; `visit` may
    /// add, remove, and begin further walks.
    template <class Visit>
    void for_each(Visit&& visit) {
        cursor at{first_, walks_};
        const end_of_walk after{*this, std::exchange(walks_, &at)};
        while (driver_observer* const which = at.next) {
            at.next = which->next_; // `remove` moves it on if that one leaves
            visit(*which);
        }
    }

private:
    /// Stands on the stack during a walk.
    struct cursor {
        driver_observer* next;
        cursor* outer;
    };

    /// Ends a walk also by an exception. Apart from the cursor: GCC 12 sees then that no pointer to
    /// that is left.
    struct end_of_walk {
        observer_list& list;
        cursor* outer;
        ~end_of_walk() { list.walks_ = outer; }
    };

    driver_observer* first_ = nullptr;
    cursor* walks_ = nullptr; // the innermost
};

} // namespace weft
