// SPDX-License-Identifier: MIT
// The operating system's type for a socket handle.
#pragma once

#include <weft/core/language.hpp>

namespace weft {

/// A file descriptor on POSIX systems.
using native_socket = int;

inline constexpr native_socket no_socket = -1;

} // namespace weft
