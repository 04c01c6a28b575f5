// SPDX-License-Identifier: MIT
// The error of the system call that failed just now. POSIX.
#pragma once

#include <cerrno>
#include <system_error>

namespace weft {

[[nodiscard]] inline std::error_code last_error() noexcept {
    return {errno, std::system_category()};
}

} // namespace weft
