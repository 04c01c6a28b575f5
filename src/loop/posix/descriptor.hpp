// SPDX-License-Identifier: MIT
// Owns a descriptor, and closes it. POSIX.
#pragma once

#include "loop/owned_socket.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {

/// On POSIX a socket is a descriptor like any other.
using owned_descriptor = owned_socket;

} // namespace weft
