// SPDX-License-Identifier: MIT
// A server of raw connections: listeners, and handlers that receive bytes. Does not depend on the
// engine, a host, or WebSocket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <weft/endpoint/listening_endpoint.hpp>
#include <weft/endpoint/raw_connection.hpp>
#include <weft/endpoint/raw_server_limits.hpp>

namespace weft {

/// Serves raw connections on any number of listeners.
///
/// All functions must be called on the loop's thread. A server may be destroyed at any point, even
/// in its own handlers: its listeners and connections end at once, and no handler is called except
/// a pending `done`. It may outlive the loop.
class raw_server : public listening_endpoint {
public:
    /// Creates a server whose connections all use the handlers in `what`.
    explicit raw_server(event_loop& loop, raw_handlers what, const raw_options& options = {});
    ~raw_server();
    raw_server(raw_server&& other) noexcept
        : listening_endpoint(std::move(other)), state_(std::exchange(other.state_, nullptr)) {}
    raw_server& operator=(raw_server&& other) noexcept {
        listening_endpoint::operator=(std::move(other));
        std::swap(state_, other.state_);
        return *this;
    }

    /// Takes over a connected stream socket. `already_read` holds bytes that other code has read
    /// from it. With `tls`, these bytes must be the beginning of the TLS handshake: the other code
    /// has not begun it.
    ///
    /// On success the server owns the socket, and makes it non-blocking and close-on-exec. On error
    /// the caller keeps the socket: `bad_argument` for another kind of socket, a limit such as
    /// `too_many_connections`, `forked`, `gone`, or a system error. Never returns null. `open` is
    /// called later, in a turn, before all other handlers.
    result<raw_connection*> adopt(native_socket socket,
                                  std::span<const std::byte> already_read = {},
                                  std::shared_ptr<secure_layer> tls = {});

    /// Serves a client over a connected stream of any kind. No limit on connections applies.
    raw_connection& serve(std::unique_ptr<stream> connected,
                          std::span<const std::byte> already_read = {});

    /// Sets the limits for clients that arrive from now on. `memory_max` applies to all connections
    /// at once.
    void limits(const raw_server_limits& limits);

    /// Sets only `raw_server_limits::connections_max`.
    void connections_max(std::size_t limit);

    /// Sets the handler called for each client that is refused, with its address and the reason.
    void on_refused(function<void(const address&, std::error_code)> handler);

    /// Sets the handler that is called when accepting fails; see `server::on_accept_error`.
    void on_accept_error(function<void(std::error_code)> handler);

    /// Stops listening and closes all connections. Aborts those that are left after `within`. Then
    /// calls `done`, exactly once and never from inside this call.
    void shutdown(duration within, function<void()> done = {});

    /// Stops listening and aborts all connections; their `close` or `fail` receives
    /// `errc::aborted`.
    void stop();

    /// Returns the number of connections, including those that wait for the peer to close.
    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Returns the bytes that currently count towards `raw_server_limits::memory_max`.
    [[nodiscard]] std::size_t memory_used() const noexcept;

    /// Calls `action(raw_connection&)` once for each connection that exists throughout the call.
    /// `action` may end any of them and call `for_each`.
    void for_each(function<void(raw_connection&)> action);

private:
    class state;

    state* state_;
};

} // namespace weft
