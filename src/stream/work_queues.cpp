// SPDX-License-Identifier: MIT
// Cancels and retires work items.
#include <weft/stream/work_queues.hpp>

namespace weft {

void work_queues::cancel(work_item& which) noexcept {
    if (!retired(which)) which.unlink();
}

void work_queues::retire(work_item& dead) noexcept {
    dead.unlink();
    dead.retired_ = true;
    retired_.push_back(dead);
}

void work_queues::delete_retired() noexcept {
    while (!retired_.empty()) delete &retired_.pop_front();
}

} // namespace weft
