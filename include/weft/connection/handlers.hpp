// SPDX-License-Identifier: MIT
// The handlers that an application sets for the events of its connections.
#pragma once

#include <cstddef>
#include <span>

#include <weft/core/function.hpp>
#include <weft/core/message.hpp>
#include <weft/core/report.hpp>

namespace weft {

class connection;

/// The handlers of a route or of an outbound connection; each is optional.
///
/// They are called on the driver's thread, inside a turn, one at a time for a connection. Any of
/// them may close or destroy any connection, endpoint and loop. Views last until the handler
/// returns. An exception ends the connection with 1011 (500 before it is open), is kept in the
/// connection's report, and is passed to the driver's `on_error` if there is one; std::bad_alloc
/// appears only in the report. Each connection ends with exactly one of `close` and `fail`: `fail`
/// if `open` was never called.
struct handlers {
    // types whose names appear in the compiler's error messages
    struct open_handler;
    struct message_handler;
    struct part_handler;
    struct writable_handler;
    struct ping_handler;
    struct pong_handler;
    struct close_handler;
    struct fail_handler;
    struct validate_handler;
    struct http_handler;
    struct http_body_handler;
    struct interrupt_handler;

    /// Called when the handshake is complete. The request can be read until this returns.
    handler<open_handler, void(connection&)> open = {};

    /// Called with a whole message, however it was fragmented.
    handler<message_handler, void(connection&, weft::message)> message = {};

    /// Called with each part of a message, as its bytes arrive; then no message is assembled, and
    /// `message` is not called.
    ///
    /// `session_limits::message_size_max` then limits a part: longer ones are split. The message
    /// may have any length, and needs no memory of its own. To slow the peer down, call
    /// `connection::pause`; a part that has been read already waits. A message that is cut off has
    /// no last part: `close` follows.
    handler<part_handler, void(connection&, weft::message_part)> part = {};

    /// Called when all queued output has been written, after `send` returned `backed_up` or
    /// `dropped`.
    handler<writable_handler, void(connection&)> writable = {};

    /// Called with the payload of a ping or a pong. A ping has been answered already.
    handler<ping_handler, void(connection&, std::span<const std::byte>)> ping = {};
    handler<pong_handler, void(connection&, std::span<const std::byte>)> pong = {};

    /// Called when an open connection has ended. Nothing can be sent any more.
    handler<close_handler, void(connection&, const report&)> close = {};

    /// Called when a connection ended before it opened: connecting or the handshake failed.
    handler<fail_handler, void(const report&)> fail = {};

    /// Server: called when a handshake arrives. Answer with `accept` or `reject`, or call `defer`
    /// to answer later; without an answer the handshake is accepted.
    handler<validate_handler, void(connection&)> validate = {};

    /// Server: called when a plain HTTP request arrives. Answer with `respond`, or call `defer` to
    /// answer later; without an answer the response is 404.
    handler<http_handler, void(connection&)> http = {};

    /// Server: called with each piece of a plain request's body as it arrives. The body is then not
    /// collected, and `http` is called when it is complete. Not called without a body.
    ///
    /// Called first without bytes, when the head has arrived: `request()` can be read, and a client
    /// that expects `100 Continue` has not sent the body. Answer at any time with `respond`, for
    /// example to refuse the body; the rest is then dropped, and the connection ends. To slow the
    /// client down, call `connection::pause`. The body is limited by the route's
    /// `session_limits::body_size_max`. Has an effect only together with `http`. RFC 9112 §6.
    handler<http_body_handler, void(connection&, std::span<const std::byte>)> http_body = {};

    /// Called when `event_loop::wake` has woken the loop, once for each route and each outbound
    /// connection.
    handler<interrupt_handler, void()> interrupt = {};
};

} // namespace weft
