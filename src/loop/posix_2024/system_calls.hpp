// SPDX-License-Identifier: MIT
// The entries of the system call table with which a thread discards a pending SIGPIPE.
#pragma once

#include "loop/posix/system_calls.hpp"

namespace weft::sys {

inline constexpr system_call<int(sigset_t*)> sigpending{"sigpending", ::sigpending};
inline constexpr system_call<int(const sigset_t*, siginfo_t*, const timespec*)> sigtimedwait{
    "sigtimedwait", ::sigtimedwait};

} // namespace weft::sys
