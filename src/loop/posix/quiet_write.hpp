// SPDX-License-Identifier: MIT
// write(2) without SIGPIPE. Other threads and other code of the process still receive the signal.
// POSIX.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>

namespace weft {

/// Calls write(2), again if a signal interrupted it. If there is no reader, fails with EPIPE and
/// without SIGPIPE, whatever its disposition in this process.
[[nodiscard]] ssize_t quiet_write(int descriptor, std::span<const std::byte> bytes) noexcept;

} // namespace weft
