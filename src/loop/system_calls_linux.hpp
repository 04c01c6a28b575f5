// SPDX-License-Identifier: MIT
// The part of the table of system calls that only Linux has.
#pragma once

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include "loop/system_calls_posix.hpp"

namespace weft::sys {

inline constexpr system_call<int(int)> epoll_create1{"epoll_create1", ::epoll_create1};
inline constexpr system_call<int(int, int, int, epoll_event*)> epoll_ctl{"epoll_ctl", ::epoll_ctl};
inline constexpr system_call<int(int, epoll_event*, int, int)> epoll_wait{"epoll_wait",
                                                                          ::epoll_wait};
inline constexpr system_call<int(int, epoll_event*, int, const timespec*, const sigset_t*)>
    epoll_pwait2{"epoll_pwait2", ::epoll_pwait2};
inline constexpr system_call<int(int, int, int)> dup3{"dup3", ::dup3};
inline constexpr system_call<int(unsigned, int)> eventfd{"eventfd", ::eventfd};
inline constexpr system_call<int(int, int)> timerfd_create{"timerfd_create", ::timerfd_create};
inline constexpr system_call<int(int, int, const itimerspec*, itimerspec*)> timerfd_settime{
    "timerfd_settime", ::timerfd_settime};

} // namespace weft::sys
