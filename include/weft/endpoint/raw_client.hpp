// SPDX-License-Identifier: MIT
// A client of raw connections, which carry bytes without WebSocket. Does not depend on the engine
// or a host.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include <weft/endpoint/raw_connection.hpp>
#include <weft/loop/event_loop.hpp>

namespace weft {

/// Opens raw connections; one client may hold any number.
///
/// All functions must be called on the loop's thread. A client may be destroyed at any point, even
/// in its own handlers: its connections end at once, and no handler is called except a pending
/// `done`. It may outlive the loop.
class raw_client {
public:
    explicit raw_client(event_loop& loop);
    ~raw_client();
    raw_client(raw_client&& other) noexcept;
    raw_client& operator=(raw_client&& other) noexcept;

    /// Connects to "tcp://host:port", "unix:/path" or "unix:@abstract"; the prefix "tcp://" is
    /// optional.
    ///
    /// The loop looks up a host name (see `event_loop::resolver`) and tries the addresses found
    /// concurrently (Happy Eyeballs, RFC 8305). The result is always reported, and never from
    /// inside this call; a malformed `target` is reported through `fail`. Any thread may close or
    /// abort the connection through the handle, even while it is connecting.
    ///
    /// If `target` is malformed and there is no `fail` handler, the error is passed to the loop's
    /// `on_error`.
    raw_handle connect(std::string_view target, raw_handlers what,
                       raw_connect_options options = {});

    /// Takes over a connected stream socket. `already_read` holds bytes that other code has read
    /// from it; `open` is called first, in a turn. With `tls`, the TLS handshake must not have
    /// begun, and the server's certificate must be valid for `host`.
    ///
    /// On success the client owns the socket, and makes it non-blocking and close-on-exec. On error
    /// the caller keeps the socket: `bad_argument` for another kind of socket, `forked`, `gone`, or
    /// a system error.
    result<raw_handle> adopt(native_socket socket, raw_handlers what,
                             const raw_options& options = {},
                             std::span<const std::byte> already_read = {},
                             std::shared_ptr<secure_layer> tls = {}, std::string_view host = {});

    /// Sets the handler called when `event_loop::wake` has woken the loop, with or without
    /// connections; it is called before the `interrupt` handlers of connections.
    void on_interrupt(function<void()> handler);

    /// Closes all connections and cancels those that are still connecting. Aborts those that are
    /// left after `within`. Then calls `done`, exactly once and never from inside this call.
    void shutdown(duration within, function<void()> done = {});

    /// Aborts all connections; their `close` or `fail` receives `errc::aborted`.
    void stop();

    /// Returns the number of connections, including those that are connecting.
    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Calls `action(raw_connection&)` once for each connection that exists throughout the call.
    /// `action` may end any of them, start others, and call `for_each`.
    void for_each(function<void(raw_connection&)> action);

private:
    std::shared_ptr<loop_state> loop_;
    raw_set* set_;
};

} // namespace weft
