// SPDX-License-Identifier: MIT
// Numbers of socket queries that Asio has no functions for, from the system headers that Asio
// includes; 0 where the system lacks them. Include after Asio's headers.
#pragma once

#include <weft/core/language.hpp>

namespace weft {

/// Bytes of output that the peer's system has not acknowledged. Linux; other systems support this
/// for terminals only, and fail for sockets.
#if defined(TIOCOUTQ)
inline constexpr int unconfirmed_output_query = static_cast<int>(TIOCOUTQ);
#else
inline constexpr int unconfirmed_output_query = 0;
#endif

/// The peer's address, even after a reset, when getpeername(2) no longer returns it. Linux.
#if defined(SO_PEERNAME) && defined(SOL_SOCKET)
inline constexpr int former_peer_level = SOL_SOCKET;
inline constexpr int former_peer_option = SO_PEERNAME;
#else
inline constexpr int former_peer_level = 0;
inline constexpr int former_peer_option = 0;
#endif

} // namespace weft
