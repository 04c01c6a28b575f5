// SPDX-License-Identifier: MIT
// The interface for tracing (spans): when handshakes and the handling of messages begin and end.
#pragma once

#include <cstddef>

#include <weft/core/report.hpp>

namespace weft {

class connection;

/// Called when something begins and ends on a connection of an endpoint, so that a tracing system
/// such as OpenTelemetry can make a span of it.
///
/// All functions are called on the driver's thread. They must not end or destroy anything, and must
/// not throw. Beginnings and ends on one connection are nested; a nested turn may trace another
/// connection between them. If the endpoint is destroyed during a handshake, `handshake_ended` is
/// not called.
class connection_tracer {
public:
    virtual ~connection_tracer() = default;

    /// Called when a request to open a WebSocket has arrived, before `validate`, or when a client
    /// is about to send one. On a server, `connection::header("traceparent")` is the caller's
    /// context (W3C Trace Context).
    virtual void handshake_began(connection& /*which*/) noexcept {}

    /// Called before `open` or `fail`. `failure` is null if the connection has opened. The request
    /// can still be read.
    virtual void handshake_ended(connection& /*which*/, const report* /*failure*/) noexcept {}

    /// Called before the handler of a message, or of a part of one. `size` is that of the message
    /// or part, in bytes.
    virtual void message_began(connection& /*which*/, std::size_t /*size*/) noexcept {}

    /// Called when that handler has returned, or has thrown. It may have closed the connection.
    virtual void message_ended(connection& /*which*/) noexcept {}
};

} // namespace weft
