// SPDX-License-Identifier: MIT
// How a server ends its connections before a restart; see `server::drain`.
#pragma once

#include <chrono>
#include <string>

#include <weft/core/close_code.hpp>
#include <weft/core/time.hpp>

namespace weft {

/// The options of a drain.
struct drain_options {
    /// The time over which the closes of open connections are spread evenly, so that their clients
    /// do not all connect again at the same moment. The first close comes at once; the connections
    /// are closed in no particular order. Zero closes all at once.
    duration window = std::chrono::seconds(30);

    /// 1012 tells clients to connect again after a random delay; 1001 says only that the server
    /// leaves.
    close_code code = close_code::service_restart;
    std::string reason = "restart";

    /// How long, after the window, queued output and closing handshakes may still take. Then the
    /// rest is aborted.
    duration finish = std::chrono::seconds(10);

    /// True: a server keeps listening until the window ends, so that a load balancer notices. It
    /// answers each handshake with 503 and Retry-After, and serves plain requests. False: it stops
    /// listening at once.
    bool keep_listening = false;

    /// The value of Retry-After in the answers to handshakes, including those that had begun before
    /// the drain.
    std::chrono::seconds retry_after{5};
};

} // namespace weft
