// SPDX-License-Identifier: MIT
// Which descriptors can be waited for. POSIX.
#pragma once

#include <system_error>

namespace weft {

/// `not_pollable` for regular files, directories and disks, which poll(2) calls ready although
/// reading them blocks; or what the system says.
[[nodiscard]] std::error_code check_pollable(int descriptor) noexcept;

/// What an engine has said, with epoll's EPERM as `not_pollable`.
[[nodiscard]] std::error_code as_pollable_error(std::error_code why) noexcept;

} // namespace weft
