// SPDX-License-Identifier: MIT
// A host's set by epoll(7).
#include <sys/epoll.h>

#include "simulation/descriptor/host.hpp"

namespace weft::testing {
namespace {

void control(int set, int what, int watched, watching how) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (how == watching::edge) event.events |= EPOLLET;
    if (how == watching::one_shot) event.events |= EPOLLONESHOT;
    ::epoll_ctl(set, what, watched, &event);
}

} // namespace

outer_set::outer_set(int watched, watching how)
    : watched_(watched), how_(how), set_(::epoll_create1(EPOLL_CLOEXEC)) {
    control(set_, EPOLL_CTL_ADD, watched_, how_);
}

bool outer_set::reports(std::chrono::milliseconds wait) {
    epoll_event event{};
    return ::epoll_wait(set_, &event, 1, static_cast<int>(wait.count())) > 0;
}

void outer_set::arm() {
    control(set_, EPOLL_CTL_MOD, watched_, how_);
}

} // namespace weft::testing
