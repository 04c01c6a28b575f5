// SPDX-License-Identifier: MIT
// Observers of a driver, such as endpoints and resolvers, and the list of them. Observers may be
// added and removed during an iteration.
#pragma once

#include <utility>

#include <weft/core/function.hpp>
#include <weft/core/time.hpp>

namespace weft {

/// The interface for events that concern everything on a driver.
class driver_observer {
public:
    driver_observer(const driver_observer&) = delete;
    driver_observer& operator=(const driver_observer&) = delete;

    /// Called when `wake` has woken the driver. Calls the `interrupt` handlers.
    virtual void on_interrupt() = 0;

    /// Called before `on_shutdown`. Allocates the memory that it will need. If it throws
    /// std::bad_alloc, the driver does not shut down.
    virtual void prepare_shutdown() {}

    /// Called when everything on the driver must end. Starts nothing new, and calls `done` once
    /// when nothing is left, at the latest at `deadline`.
    virtual void on_shutdown(time_point deadline, function<void()> done) noexcept;

    /// Called when the driver will run no more turns. Drops everything, and calls no handler except
    /// a pending `done`.
    virtual void on_driver_closed() noexcept = 0;

protected:
    driver_observer() noexcept = default;
    ~driver_observer() = default;

private:
    friend class observer_list;

    driver_observer* next_ = nullptr;
    driver_observer* previous_ = nullptr;
};

/// A list of observers, newest first. Adding and removing need no memory. Removing an observer
/// during an iteration is safe.
class observer_list {
public:
    observer_list() = default;
    observer_list(const observer_list&) = delete;
    observer_list& operator=(const observer_list&) = delete;

    /// Returns the newest observer; null if there is none.
    [[nodiscard]] driver_observer* first() const noexcept { return first_; }

    /// Adds an observer that is in no list. Iterations in progress do not visit it.
    void add(driver_observer& added) noexcept;

    /// Removes `gone`, if it is in the list.
    void remove(driver_observer& gone) noexcept;

    /// Calls `action` once for each observer that stays in the list during the whole iteration.
    /// `action` may add and remove observers, and may start nested iterations.
    template <class Action>
    void for_each(Action&& action) {
        cursor at{first_, walks_};
        const end_of_walk after{*this, std::exchange(walks_, &at)};
        while (driver_observer* const which = at.next) {
            at.next = which->next_; // `remove` advances the cursor if that observer is removed
            action(*which);
        }
    }

private:
    /// The position of an iteration, on the stack.
    struct cursor {
        driver_observer* next;
        cursor* outer;
    };

    /// Ends an iteration, even if `action` throws. A type of its own, so that GCC 12 can see that
    /// no pointer to the cursor is left (-Wdangling-pointer).
    struct end_of_walk {
        observer_list& list;
        cursor* outer;
        ~end_of_walk() { list.walks_ = outer; }
    };

    driver_observer* first_ = nullptr;
    cursor* walks_ = nullptr; // the innermost
};

} // namespace weft
