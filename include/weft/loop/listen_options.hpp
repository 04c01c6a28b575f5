// SPDX-License-Identifier: MIT
// How a listener is bound.
#pragma once

namespace weft {

struct listen_options {
    int backlog = 4096;        ///< connections that may wait; the system has a limit of its own
    bool reuse_address = true; ///< bind although old connections of this port linger
    bool reuse_port = false;   ///< share the port with other listeners that say so
    bool ipv6_only = false;    ///< otherwise `::` takes IPv4 as well
};

} // namespace weft
