// SPDX-License-Identifier: MIT
// A server of raw connections: listeners in front of handlers that hear bytes. Knows neither the
// engine nor a host, and nothing of WebSocket.
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

namespace weft {

/// Serves raw connections on any number of listeners.
///
/// Belongs to the loop's thread. Destroying it is legal anywhere, its own handlers included: its
/// listeners and connections die at once, and no handler is called but a pending `done`.
class raw_server : public listening_endpoint {
public:
    /// `what` hears all of its connections.
    explicit raw_server(event_loop& loop, raw_handlers what, const raw_options& options = {});
    ~raw_server();
    raw_server(raw_server&& other) noexcept
        : listening_endpoint(std::move(other)), state_(std::exchange(other.state_, nullptr)) {}
    raw_server& operator=(raw_server&& other) noexcept {
        listening_endpoint::operator=(std::move(other));
        std::swap(state_, other.state_);
        return *this;
    }

    /// Takes over a connected stream socket, of which somebody has read `already_read`. With `tls`
    /// these bytes are encrypted, too: the whole handshake is still to come.
    ///
    /// Owns the socket from then on, and sets it to close on exec and not to block. On error it
    /// is not taken: `bad_argument` for another kind of socket, `too_many_connections`, `forked`,
    /// `gone`, or what the system says. Never null. `open` comes first, in a turn.
    result<raw_connection*> adopt(native_socket socket,
                                  std::span<const std::byte> already_read = {},
                                  std::shared_ptr<secure_layer> tls = {});

    /// Takes over a stream of any kind; no limit applies.
    raw_connection& serve(std::unique_ptr<stream> connected,
                          std::span<const std::byte> already_read = {});

    /// So many connections, those included that wait for the peer's end; who comes then is closed
    /// without a word, and `on_refused` hears of it.
    void connections_max(std::size_t limit) noexcept;
    void on_refused(function<void(const address&, std::error_code)> handler);

    /// Hears why no connection can be accepted; see `server::on_accept_error`.
    void on_accept_error(function<void(std::error_code)> handler);

    /// Stops listening and closes all connections; what is left after `within` is aborted. Then
    /// calls `done`: exactly once, and never from inside this call.
    void shutdown(duration within, function<void()> done = {});

    /// Stops listening and aborts all connections; their handlers hear `errc::aborted`.
    void stop();

    /// Connections, including those that wait for the peer's end.
    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Calls `visit(raw_connection&)` once for each of them that is there from beginning to end.
    /// `visit` may end any of them and call this.
    void for_each(function<void(raw_connection&)> visit);

private:
    class state;

    state* state_;
};

} // namespace weft
