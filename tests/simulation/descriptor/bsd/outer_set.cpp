// SPDX-License-Identifier: MIT
// A host's set by kqueue(2), in which another queue can be watched.
#include <sys/types.h> // before the next one, which needs it

#include <sys/event.h>

#include "simulation/descriptor/host.hpp"

namespace weft::testing {

outer_set::outer_set(int watched, watching how) : watched_(watched), how_(how), set_(::kqueue()) {
    arm();
}

bool outer_set::reports(std::chrono::milliseconds wait) {
    struct kevent event {};
    const timespec limit{static_cast<time_t>(wait.count() / 1000),
                         static_cast<long>(wait.count() % 1000 * 1'000'000)};
    return ::kevent(set_, nullptr, 0, &event, 1, &limit) > 0;
}

void outer_set::arm() {
    struct kevent change {};
    change.ident = static_cast<uintptr_t>(watched_);
    change.filter = EVFILT_READ;
    change.flags = EV_ADD;
    if (how_ == watching::edge) change.flags |= EV_CLEAR;
    if (how_ == watching::one_shot) change.flags |= EV_ONESHOT;
    ::kevent(set_, &change, 1, nullptr, 0, nullptr);
}

} // namespace weft::testing
