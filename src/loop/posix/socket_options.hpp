// SPDX-License-Identifier: MIT
// Sets socket options. POSIX.
#pragma once

#include "loop/posix/system_calls.hpp"

namespace weft {

/// Sets an option. Errors are ignored, because a socket also works without these options.
inline void set_option(int descriptor, int level, int option, int value) noexcept {
    sys::setsockopt(descriptor, level, option, &value, sizeof(value));
}

inline void switch_on(int descriptor, int level, int option) noexcept {
    set_option(descriptor, level, option, 1);
}

} // namespace weft
