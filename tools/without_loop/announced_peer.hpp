// SPDX-License-Identifier: MIT
// Who is at the other end of standard input, as whoever started the program has said.
#pragma once

#include <weft/core/address.hpp>

namespace weft_tool {

/// From the environment: REMOTE_ADDR and REMOTE_PORT, as systemd sets them with Accept=yes, or
/// SOCAT_PEERADDR and SOCAT_PEERPORT. No address if nobody has said.
[[nodiscard]] weft::address announced_peer();

} // namespace weft_tool
