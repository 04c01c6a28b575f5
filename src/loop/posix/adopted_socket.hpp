// SPDX-License-Identifier: MIT
// Checks sockets that the application made, before they are adopted. POSIX.
#pragma once

#include <system_error>

namespace weft {

/// Checks that `descriptor` is a listening stream socket, without changing it. `bad_argument` for
/// another kind of socket, otherwise the system's error.
[[nodiscard]] std::error_code check_listening(int descriptor) noexcept;

/// Checks that `descriptor` is a datagram socket, with the same errors.
[[nodiscard]] std::error_code check_datagrams(int descriptor) noexcept;

} // namespace weft
