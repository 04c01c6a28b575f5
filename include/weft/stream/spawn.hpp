// SPDX-License-Identifier: MIT
// Starts a task on a driver or an event loop.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <weft/stream/driver.hpp>
#include <weft/stream/stop_token.hpp>
#include <weft/stream/task.hpp>

namespace weft {

/// Runs `what` on the driver, from its next turn on.
///
/// Until it has ended, the task counts as work that keeps `run` from returning. It runs in turns,
/// like a handler, and may destroy anything. If an exception leaves it, the driver's `on_error`
/// receives the exception; without `on_error` it is printed. If the driver (or its event loop) is
/// destroyed first, the task is destroyed where it is suspended.
///
/// A stop of `until` may be requested on any thread: in a later turn, the operation that the task
/// waits for ends with `std::errc::operation_canceled`, and so does every operation after that
/// which would wait. Must be called on the driver's thread; on another thread, post the call.
/// Throws std::bad_alloc; then nothing was started.
void spawn(driver& on, task<void> what, stop_token until = {});

/// Does the same, and keeps `keeps` until the task has ended.
void spawn(driver& on, task<void> what, stop_token until, std::shared_ptr<void> keeps);

/// A function without arguments that returns a task.
template <class Function>
concept task_function = std::is_invocable_r_v < task<void>,
        std::decay_t<Function>
& > ;

/// An event loop or an endpoint, which has a driver.
template <class Owner>
concept has_driver = requires(Owner& owner) {
    { owner.driver() } -> std::convertible_to<driver&>;
};

/// Calls `what`, for example a lambda with captures, and runs the task that it returns. The
/// function is kept until the task has ended.
template <task_function Function>
void spawn(driver& on, Function&& what, stop_token until = {}) {
    auto kept = std::make_shared<std::decay_t<Function>>(std::forward<Function>(what));
    task<void> made = (*kept)();
    spawn(on, std::move(made), std::move(until), std::move(kept));
}

/// Does the same on an event loop, or on the driver of an endpoint.
template <has_driver Owner>
void spawn(Owner& on, task<void> what, stop_token until = {}) {
    spawn(static_cast<driver&>(on.driver()), std::move(what), std::move(until));
}
template <has_driver Owner, task_function Function>
void spawn(Owner& on, Function&& what, stop_token until = {}) {
    spawn(static_cast<driver&>(on.driver()), std::forward<Function>(what), std::move(until));
}

} // namespace weft
