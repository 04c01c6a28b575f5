// SPDX-License-Identifier: MIT
// Adds and removes observers, also during an iteration.
#include <weft/stream/observer_list.hpp>

namespace weft {

void driver_observer::on_shutdown(time_point, function<void()> done) noexcept {
    if (done) done();
}

void observer_list::add(driver_observer& added) noexcept {
    added.previous_ = nullptr;
    added.next_ = first_;
    if (first_) first_->previous_ = &added;
    first_ = &added;
}

void observer_list::remove(driver_observer& gone) noexcept {
    if (first_ != &gone && !gone.previous_) return; // not in the list
    for (cursor* each = walks_; each; each = each->outer) {
        if (each->next == &gone) each->next = gone.next_;
    }
    if (gone.previous_) gone.previous_->next_ = gone.next_;
    if (gone.next_) gone.next_->previous_ = gone.previous_;
    if (first_ == &gone) first_ = gone.next_;
    gone.next_ = gone.previous_ = nullptr;
}

} // namespace weft
