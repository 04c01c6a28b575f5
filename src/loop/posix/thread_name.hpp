// SPDX-License-Identifier: MIT
// What the system calls a thread. POSIX.
#pragma once

#include <string>

namespace weft {

/// The name that the calling thread was given; of the program unless told.
[[nodiscard]] std::string this_thread_name();

} // namespace weft
