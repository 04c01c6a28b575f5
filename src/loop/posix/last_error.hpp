// SPDX-License-Identifier: MIT
// The error of the system call that failed just now, and whether it is one. POSIX.
#pragma once

#include <cerrno>
#include <system_error>

namespace weft {

[[nodiscard]] inline std::error_code last_error() noexcept {
    return {errno, std::system_category()};
}

/// Whether a descriptor that does not block only had nothing to give, or no room.
[[nodiscard]] inline bool would_block(std::error_code why) noexcept {
    return why.category() == std::system_category() &&
           (why.value() == EAGAIN || why.value() == EWOULDBLOCK);
}

} // namespace weft
