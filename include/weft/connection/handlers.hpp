// SPDX-License-Identifier: MIT
// What an application wants to hear of its connections.
#pragma once

#include <cstddef>
#include <span>

#include <weft/core/function.hpp>
#include <weft/core/message.hpp>
#include <weft/core/report.hpp>

namespace weft {

class connection;

/// The handlers of a route or of a dialled connection; each may be left out.
///
/// They are called on the driver's thread, inside a turn, one at a time for a connection. From any
/// of them any connection, endpoint and loop may be closed or destroyed. Views last until the
/// handler returns. An exception closes the connection with 1011 and goes to the driver's
/// `on_error`; of std::bad_alloc only the report tells. Exactly one of `close` and `fail` ends a
/// connection, `fail` if `open` never ran.
struct handlers {
    /// The handshake is complete; the request can be read until this returns.
    function<void(connection&)> open = {};

    /// A whole message, however it was fragmented.
    function<void(connection&, weft::message)> message = {};

    /// After `send` has said `backed_up` or `dropped`: all that was waiting has been written.
    function<void(connection&)> writable = {};

    /// A ping, which has been answered already, and a pong.
    function<void(connection&, std::span<const std::byte>)> ping = {};
    function<void(connection&, std::span<const std::byte>)> pong = {};

    /// An open connection has ended; nothing can be sent any more.
    function<void(connection&, const report&)> close = {};

    /// A connection that never opened has ended: dialling or the handshake failed.
    function<void(const report&)> fail = {};

    /// Server: a handshake arrived. Answer with `accept`, `reject`, or `defer` and answer later;
    /// without an answer it is accepted.
    function<void(connection&)> validate = {};

    /// Server: a plain HTTP request arrived. Answer with `respond`, or `defer` and answer later;
    /// without an answer it is 404.
    function<void(connection&)> http = {};

    /// The loop was woken by `wake`; once per route and per dialled connection.
    function<void()> interrupt = {};
};

} // namespace weft
