// SPDX-License-Identifier: MIT
// Numbers of what a socket can be asked beyond Asio's own functions, from the system's headers that
// Asio includes; 0 where there is none. Included behind Asio's headers.
#pragma once

#include <weft/core/language.hpp>

namespace weft {

/// Bytes of output that the peer's system has not confirmed. Linux; other systems know the number
/// for terminals alone, and refuse it for sockets.
#if defined(TIOCOUTQ)
inline constexpr int unconfirmed_output_query = static_cast<int>(TIOCOUTQ);
#else
inline constexpr int unconfirmed_output_query = 0;
#endif

/// The peer's address, also after a reset, when getpeername(2) does not tell it any more. Linux.
#if defined(SO_PEERNAME) && defined(SOL_SOCKET)
inline constexpr int former_peer_level = SOL_SOCKET;
inline constexpr int former_peer_option = SO_PEERNAME;
#else
inline constexpr int former_peer_level = 0;
inline constexpr int former_peer_option = 0;
#endif

} // namespace weft
