// SPDX-License-Identifier: MIT
// The entries of the system call table that exist only on Linux.
#pragma once

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include <cstdint>

#include "loop/posix/system_calls.hpp"

namespace weft::sys {

/// Calls epoll_pwait2 by its number: Linux has it since 5.11, but glibc before 2.35 and musl have
/// no function for it. Fails with ENOSYS if the kernel or its headers do not have it.
inline int epoll_pwait2_by_number([[maybe_unused]] int set, [[maybe_unused]] epoll_event* events,
                                  [[maybe_unused]] int room,
                                  [[maybe_unused]] const timespec* timeout) noexcept {
#ifdef SYS_epoll_pwait2
    // The kernel's timespec has 64-bit members, even if those of the C library are smaller.
    const std::int64_t wait[] = {timeout->tv_sec, timeout->tv_nsec};
    constexpr const void* no_signals = nullptr;
    return static_cast<int>(
        ::syscall(SYS_epoll_pwait2, set, events, room, wait, no_signals, std::size_t{0}));
#else
    errno = ENOSYS;
    return -1;
#endif
}

inline constexpr system_call<ssize_t(void*, std::size_t, unsigned)> getrandom{"getrandom",
                                                                              ::getrandom};
inline constexpr system_call<int(int)> epoll_create1{"epoll_create1", ::epoll_create1};
inline constexpr system_call<int(int, int, int, epoll_event*)> epoll_ctl{"epoll_ctl", ::epoll_ctl};
inline constexpr system_call<int(int, epoll_event*, int, int)> epoll_wait{"epoll_wait",
                                                                          ::epoll_wait};
inline constexpr system_call<int(int, epoll_event*, int, const timespec*)> epoll_pwait2{
    "epoll_pwait2", epoll_pwait2_by_number};
inline constexpr system_call<int(int, int, int)> dup3{"dup3", ::dup3};
inline constexpr system_call<int(unsigned, int)> eventfd{"eventfd", ::eventfd};
inline constexpr system_call<int(int, int)> timerfd_create{"timerfd_create", ::timerfd_create};
inline constexpr system_call<int(int, int, const itimerspec*, itimerspec*)> timerfd_settime{
    "timerfd_settime", ::timerfd_settime};

} // namespace weft::sys
