// SPDX-License-Identifier: MIT
// Replays the clients of a recording to an endpoint, in virtual time, so that a connection that
// once failed becomes a test.
#pragma once

#include <string>
#include <vector>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/core/function.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/testing/recording.hpp>

namespace weft::testing {

/// Sends to `server` what the recorded clients sent, in the recorded pieces and at the recorded
/// times, and compares its answers with the recorded ones.
///
/// Returns the differences, in lines that `differences` writes, each after the number of its
/// connection. Returns nothing if the server has answered as recorded. Does not compare pings,
/// pongs, fragmentation, and headers other than Sec-WebSocket-... .
///
/// `pass` must do all work that is due on the driver of `server`, advance the driver's time by the
/// given duration, and then do all work that has become due. After the last event, one more second
/// passes. Then connections that are still open are reset.
[[nodiscard]] std::vector<std::string> replay(const recording& what, stream_endpoint& server,
                                              driver& of_server, function<void(duration)> pass);

/// Does the same with a `manual_driver`, and advances its time.
[[nodiscard]] std::vector<std::string> replay(const recording& what, stream_endpoint& server,
                                              manual_driver& of_server);

} // namespace weft::testing
