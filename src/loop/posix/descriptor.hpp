// SPDX-License-Identifier: MIT
// A descriptor that is closed by its owner. POSIX.
#pragma once

#include "loop/owned_socket.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {

/// Here a socket is a descriptor like any other.
using owned_descriptor = owned_socket;

} // namespace weft
