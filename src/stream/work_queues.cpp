// SPDX-License-Identifier: MIT
// Cancels and retires work items.
#include <weft/stream/work_queues.hpp>

namespace weft {

void work_queues::cancel(work_item& which) noexcept {
    if (retired(which)) return;
    which.unlink();
    which.place_ = work_item::place::nowhere;
    which.deferred_too_ = false;
}

void work_queues::retire(work_item& dead) noexcept {
    dead.unlink();
    dead.place_ = work_item::place::retired;
    retired_.push_back(dead);
}

void work_queues::delete_retired() noexcept {
    while (!retired_.empty()) delete &retired_.pop_front();
}

} // namespace weft
