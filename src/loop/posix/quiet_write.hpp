// SPDX-License-Identifier: MIT
// write(2) without SIGPIPE, while other threads and other code of the process still get theirs.
// POSIX.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>

namespace weft {

/// write(2), repeated after a signal interrupted it. If there is no reader any more it fails with
/// EPIPE and raises no SIGPIPE, whatever disposition the process has set.
[[nodiscard]] ssize_t quiet_write(int descriptor, std::span<const std::byte> bytes) noexcept;

} // namespace weft
