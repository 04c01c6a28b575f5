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

/// The handlers of a route or of an outbound connection; each may be left out.
///
/// They are called on the driver's thread, inside a turn, one at a time for a connection. From any
/// of them any connection, endpoint and loop may be closed or destroyed. Views last until the
/// handler returns. An exception ends the connection with 1011 (500 before it is open),
/// is kept in its report, and goes to the driver's `on_error` if there is one; of std::bad_alloc
/// only the report tells. Exactly one of `close` and `fail` ends a
/// connection, `fail` if `open` never ran.
struct handlers {
    // the names that error messages use
    struct open_handler;
    struct message_handler;
    struct writable_handler;
    struct ping_handler;
    struct pong_handler;
    struct close_handler;
    struct fail_handler;
    struct validate_handler;
    struct http_handler;
    struct interrupt_handler;

    /// The handshake is complete; the request can be read until this returns.
    handler<open_handler, void(connection&)> open = {};

    /// A whole message, however it was fragmented.
    handler<message_handler, void(connection&, weft::message)> message = {};

    /// After `send` has said `backed_up` or `dropped`: all that was waiting has been written.
    handler<writable_handler, void(connection&)> writable = {};

    /// A ping, which has been answered already, and a pong.
    handler<ping_handler, void(connection&, std::span<const std::byte>)> ping = {};
    handler<pong_handler, void(connection&, std::span<const std::byte>)> pong = {};

    /// An open connection has ended; nothing can be sent any more.
    handler<close_handler, void(connection&, const report&)> close = {};

    /// A connection that never opened has ended: connecting or the handshake failed.
    handler<fail_handler, void(const report&)> fail = {};

    /// Server: a handshake arrived. Answer with `accept`, `reject`, or `defer` and answer later;
    /// without an answer it is accepted.
    handler<validate_handler, void(connection&)> validate = {};

    /// Server: a plain HTTP request arrived. Answer with `respond`, or `defer` and answer later;
    /// without an answer it is 404.
    handler<http_handler, void(connection&)> http = {};

    /// The loop was woken by `wake`; once per route and per outbound connection.
    handler<interrupt_handler, void()> interrupt = {};
};

} // namespace weft
