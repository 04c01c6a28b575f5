// SPDX-License-Identifier: MIT
// The handlers that an application sets for the events of its raw connections.
#pragma once

#include <cstddef>
#include <span>

#include <weft/core/function.hpp>
#include <weft/core/report.hpp>

namespace weft {

class raw_connection;

/// The handlers of a raw server, of a raw outbound connection, or of a file; each is optional.
///
/// They are called on the loop's thread, inside a turn, one at a time for a connection. Any of them
/// may close or destroy any connection, endpoint and loop. Views last until the handler returns. An
/// exception ends the connection with `errc::handler_threw`, is kept in the connection's report,
/// and is passed to the loop's `on_error` if there is one; std::bad_alloc appears only in the
/// report. Each connection ends with exactly one of `close` and `fail`: `fail` if `open` was never
/// called.
struct raw_handlers {
    // types whose names appear in the compiler's error messages
    struct open_handler;
    struct data_handler;
    struct writable_handler;
    struct end_handler;
    struct close_handler;
    struct fail_handler;
    struct interrupt_handler;

    /// Called when the connection is ready: it is connected or adopted, and the TLS handshake, if
    /// any, is complete.
    handler<open_handler, void(raw_connection&)> open = {};

    /// Called with bytes from the peer, as they were read; the handler may overwrite them.
    handler<data_handler, void(raw_connection&, std::span<std::byte>)> data = {};

    /// Called when all queued output has been written, after `send` returned `backed_up` or
    /// `dropped`.
    handler<writable_handler, void(raw_connection&)> writable = {};

    /// Called when the peer will send no more; this side may still send, until it calls `close`.
    /// Without this handler, the connection is closed at this point (`raw_connection::close`).
    handler<end_handler, void(raw_connection&)> end = {};

    /// Called when an open connection has ended. Nothing can be sent any more.
    handler<close_handler, void(raw_connection&, const report&)> close = {};

    /// Called when a connection ended before it opened: connecting or the TLS handshake failed.
    handler<fail_handler, void(const report&)> fail = {};

    /// Called when `event_loop::wake` has woken the loop; once for each server, outbound connection
    /// and file.
    handler<interrupt_handler, void()> interrupt = {};
};

} // namespace weft
