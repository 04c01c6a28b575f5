// SPDX-License-Identifier: MIT
// The entries of the system call table that FreeBSD and macOS have.
#pragma once

#include <sys/types.h> // before the next one, which needs it

#include <sys/event.h>

#include <cstdlib>

#include "loop/posix/system_calls.hpp"

namespace weft::sys {

/// One registration with kqueue(2), or one of its reports.
using kernel_event = struct ::kevent;

inline constexpr system_call<int()> kqueue{"kqueue", ::kqueue};
inline constexpr system_call<int(int, const kernel_event*, int, kernel_event*, int,
                                 const timespec*)>
    kevent{"kevent", ::kevent};

/// The same for changes alone, under a name of its own, so that a test can make only those fail.
inline constexpr system_call<int(int, const kernel_event*, int, kernel_event*, int,
                                 const timespec*)>
    kevent_change{"kevent_change", ::kevent};

/// Never fails; a forked child gets other bytes than its parent.
inline void arc4random_buf(void* room, std::size_t size) noexcept {
    ::arc4random_buf(room, size);
}

} // namespace weft::sys
