// SPDX-License-Identifier: MIT
// The number by which the operating system knows a socket.
#pragma once

#include <weft/core/language.hpp>

namespace weft {

/// On POSIX systems a file descriptor.
using native_socket = int;

inline constexpr native_socket no_socket = -1;

} // namespace weft
