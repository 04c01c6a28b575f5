// SPDX-License-Identifier: MIT
// What leaves a driver's queues without being called.
#include <weft/stream/task_queues.hpp>

namespace weft {

void task_queues::cancel(task& which) noexcept {
    if (retired(which)) return;
    which.unlink();
    which.place_ = task::place::nowhere;
    which.deferred_too_ = false;
}

void task_queues::retire(task& dead) noexcept {
    dead.unlink();
    dead.place_ = task::place::retired;
    retired_.push_back(dead);
}

void task_queues::delete_retired() noexcept {
    while (!retired_.empty()) delete &retired_.pop_front();
}

} // namespace weft
