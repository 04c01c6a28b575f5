// SPDX-License-Identifier: MIT
// Sockets that somebody else has made: what they must be. POSIX.
#pragma once

#include <system_error>

namespace weft {

/// Whether `descriptor` is a stream socket that listens; changes nothing. `bad_argument` for
/// another kind of socket, otherwise what the system says.
[[nodiscard]] std::error_code check_listening(int descriptor) noexcept;

/// Whether `descriptor` is a socket of datagrams, as above.
[[nodiscard]] std::error_code check_datagrams(int descriptor) noexcept;

} // namespace weft
