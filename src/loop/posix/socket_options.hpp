// SPDX-License-Identifier: MIT
// Options of sockets. POSIX.
#pragma once

#include "loop/posix/system_calls.hpp"

namespace weft {

/// Options are wishes: a socket without one works as well, so refusals are ignored.
inline void set_option(int descriptor, int level, int option, int value) noexcept {
    sys::setsockopt(descriptor, level, option, &value, sizeof(value));
}

inline void switch_on(int descriptor, int level, int option) noexcept {
    set_option(descriptor, level, option, 1);
}

} // namespace weft
