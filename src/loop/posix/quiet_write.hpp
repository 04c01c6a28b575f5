// SPDX-License-Identifier: MIT
// write(2) without its signal, which other threads and other code of the process keep. POSIX.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>

namespace weft {

/// write(2), again when a signal came between. When nobody reads any more it fails with EPIPE and
/// raises no SIGPIPE, whatever the process does with that.
[[nodiscard]] ssize_t quiet_write(int descriptor, std::span<const std::byte> bytes) noexcept;

} // namespace weft
