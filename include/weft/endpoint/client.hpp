// SPDX-License-Identifier: MIT
// A WebSocket client: connects, and passes the stream to a stream_endpoint. Does not depend on the
// engine or a host.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <weft/connection/connection_tracer.hpp>
#include <weft/connection/stream_endpoint.hpp>
#include <weft/loop/event_loop.hpp>

namespace weft {

/// Opens WebSocket connections; one client may hold any number.
///
/// All functions must be called on the loop's thread. A client may be destroyed at any point, even
/// in its own handlers: its connections end at once, and no handler is called except a pending
/// `done`. It may outlive the loop.
class client {
public:
    explicit client(event_loop& loop);
    ~client();
    client(client&& other) noexcept;
    client& operator=(client&& other) noexcept;

    /// Sets the TLS layer for later connections to `wss:` URIs whose `connect_options::tls` is
    /// null; create one with `tls_client::create`. Without either, `wss:` connections fail with
    /// `errc::no_tls`.
    void tls(std::shared_ptr<secure_layer> layer) noexcept;

    /// Sets the handler called when a connection without its own `fail` handler has failed to open.
    void on_fail(function<void(const report&)> handler);

    /// Sets the handler called when `event_loop::wake` has woken the loop, with or without
    /// connections; it is called before the `interrupt` handlers of connections.
    void on_interrupt(function<void()> handler);

    /// Connects to `target`, a `ws:` or `wss:` URI.
    ///
    /// The loop looks up a host name (see `event_loop::resolver`) and tries the addresses found
    /// concurrently (Happy Eyeballs, RFC 8305). The result is always reported, and never from
    /// inside this call: `open` is called once the connection is open; `fail` is called if it
    /// cannot be opened, even for a malformed URI. Any thread may close or abort the connection
    /// through the handle, even while it is connecting.
    ///
    /// If `target` is malformed and there is neither `fail` nor `on_fail`, the loop's `on_error`
    /// receives a std::system_error that names `target`.
    connection_handle connect(std::string_view target, handlers what, connect_options options = {});
    connection_handle connect(const uri& target, handlers what, connect_options options = {});

    /// Does the same for a coroutine: connecting begins within this call, and `co_await` returns a
    /// `conversation`.
    ///
    /// If connecting failed, the conversation converts to false, its `outcome` says why (with the
    /// HTTP status and the response of a server that refused), and all its operations end with that
    /// error. A stop of the task ends the attempt with `std::errc::operation_canceled`. `options`
    /// must be a variable, and is copied: GCC 12 miscompiles temporaries of aggregate types in a
    /// `co_await` expression.
    connect_operation connect(std::string_view target);
    connect_operation connect(const uri& target);
    template <named_connect_options Options>
    connect_operation connect(std::string_view target, Options& options) {
        return begin_conversation(target, options);
    }
    template <named_connect_options Options>
    connect_operation connect(const uri& target, Options& options) {
        return begin_conversation(target, options);
    }

    /// Connects to `target`, and connects again whenever the connection ends, until the returned
    /// object is closed or destroyed, or until it gives up (`reconnect_options::given_up`).
    ///
    /// `what` is used for all connections: `open` is called for each that opens and `close` when it
    /// ends, `fail` for each attempt that fails (the client's `on_fail` is not called), and
    /// `interrupt` also while there is no connection. The first attempt begins in the next turn.
    /// Counts as work of the loop until `reconnecting_connection::ended`.
    [[nodiscard]] reconnecting_connection keep_connected(std::string_view target, handlers what,
                                                         reconnect_options options = {});

    /// Opens a WebSocket over a connected stream socket, for example through the application's own
    /// tunnel. `already_read` holds bytes that other code has read from it; for a `wss:` URI the
    /// TLS handshake must not have begun.
    ///
    /// On success the client owns the socket, and makes it non-blocking and close-on-exec. On error
    /// the caller keeps the socket: `bad_argument` for another kind of socket, `no_tls` for a
    /// `wss:` URI without a TLS layer, `forked`, `gone`, or a system error. Later failures are
    /// reported as by `connect`.
    result<connection_handle> adopt(native_socket socket, const uri& target, handlers what,
                                    connect_options options = {},
                                    std::span<const std::byte> already_read = {});

    /// Closes all connections with 1001, cancels those that are still connecting, and opens none
    /// again. Aborts those that are left after `within`. Then calls `done`, exactly once and never
    /// from inside this call.
    void shutdown(duration within, function<void()> done = {});

    /// Aborts all connections; their `close` or `fail` receives `errc::aborted`.
    void stop();

    /// Returns the number of connections, including those that are connecting.
    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Returns what has happened on this client so far; see `stream_endpoint::counters`.
    [[nodiscard]] endpoint_counters counters() const;

    /// Traces handshakes and messages; see `stream_endpoint::trace`.
    void trace(std::shared_ptr<connection_tracer> by);

    /// Calls `action(connection&)` once for each connection that exists throughout the call.
    /// `action` may end any of them, start others, and call `for_each`.
    void for_each(function<void(connection&)> action);

private:
    template <class Target>
    connect_operation begin_conversation(const Target& target, const connect_options& options);

    std::shared_ptr<loop_state> loop_;
    stream_endpoint endpoint_;
    std::shared_ptr<secure_layer> tls_;
    bool has_fail_handler_ = false;
};

} // namespace weft
