// SPDX-License-Identifier: MIT
// What an application wants to hear of its raw connections.
#pragma once

#include <cstddef>
#include <span>

#include <weft/core/function.hpp>
#include <weft/core/report.hpp>

namespace weft {

class raw_connection;

/// The handlers of a raw server, of a raw outbound connection, or of a file; each may be
/// left out.
///
/// They are called on the loop's thread, inside a turn, one at a time for a connection. From any of
/// them any connection, endpoint and loop may be closed or destroyed. Views last until the handler
/// returns. An exception ends the connection with `errc::handler_threw`, is kept in its report, and
/// goes to the loop's `on_error` if there is one; of std::bad_alloc only the report tells. Exactly
/// one of `close` and `fail` ends a connection, `fail` if `open` never ran.
struct raw_handlers {
    // the names that error messages use
    struct open_handler;
    struct data_handler;
    struct writable_handler;
    struct end_handler;
    struct close_handler;
    struct fail_handler;
    struct interrupt_handler;

    /// It is connected, or has been taken over; with TLS its handshake has ended well.
    handler<open_handler, void(raw_connection&)> open = {};

    /// Bytes came, in the portions in which they were read; they may be overwritten.
    handler<data_handler, void(raw_connection&, std::span<std::byte>)> data = {};

    /// After `send` has said `backed_up` or `dropped`: all that was waiting has been written.
    handler<writable_handler, void(raw_connection&)> writable = {};

    /// The other side will send no more; this side may, until it calls `close`. Without this
    /// handler that is called now.
    handler<end_handler, void(raw_connection&)> end = {};

    /// An open connection has ended; nothing can be sent any more.
    handler<close_handler, void(raw_connection&, const report&)> close = {};

    /// A connection that never opened has ended: connecting failed, or TLS's handshake did.
    handler<fail_handler, void(const report&)> fail = {};

    /// The loop was woken by `wake`; once per server, outbound connection and file.
    handler<interrupt_handler, void()> interrupt = {};
};

} // namespace weft
