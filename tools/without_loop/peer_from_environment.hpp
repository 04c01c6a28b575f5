// SPDX-License-Identifier: MIT
// The address of the client on standard input, as the launching program has set it.
#pragma once

#include <weft/core/address.hpp>

namespace weft_tool {

/// From the environment: REMOTE_ADDR and REMOTE_PORT, as systemd sets them with Accept=yes, or
/// SOCAT_PEERADDR and SOCAT_PEERPORT. No address if none of these is set.
[[nodiscard]] weft::address peer_from_environment();

} // namespace weft_tool
