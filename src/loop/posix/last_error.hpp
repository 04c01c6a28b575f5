// SPDX-License-Identifier: MIT
// The error of the system call that has just failed. POSIX.
#pragma once

#include <cerrno>
#include <system_error>

namespace weft {

[[nodiscard]] inline std::error_code last_error() noexcept {
    return {errno, std::system_category()};
}

/// Returns true if the error only means that a non-blocking descriptor has no data, or no room.
[[nodiscard]] inline bool would_block(std::error_code why) noexcept {
    return why.category() == std::system_category() &&
           (why.value() == EAGAIN || why.value() == EWOULDBLOCK);
}

} // namespace weft
