// SPDX-License-Identifier: MIT
// A client of raw connections: connects, and hands over who answers. Knows neither the engine nor a
// host, and nothing of WebSocket.
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
/// Belongs to the loop's thread. Destroying it is legal anywhere, its own handlers included: its
/// connections die at once, and no handler is called but a pending `done`.
class raw_client {
public:
    explicit raw_client(event_loop& loop);
    ~raw_client();
    raw_client(raw_client&& other) noexcept;
    raw_client& operator=(raw_client&& other) noexcept;

    /// Connects to "tcp://host:port", "unix:/path" or "unix:@abstract"; the scheme of TCP may be
    /// left out.
    ///
    /// A host name is looked up by the loop (see `event_loop::resolver`), and its addresses race.
    /// However it ends, it is told, `fail` included for what cannot be read; never from inside this
    /// call. The handle closes or aborts it from anywhere, also while it is connecting.
    ///
    /// What cannot be read goes to the loop's `on_error` if there is no `fail` to tell.
    raw_handle connect(std::string_view target, raw_handlers what,
                       raw_connect_options options = {});

    /// Takes over a connected stream socket, of which somebody has read `already_read`; `open`
    /// comes first, in a turn. With `tls` the whole handshake is still to come, and the server has
    /// to prove that it is `host`.
    ///
    /// Owns the socket from then on, and sets it to close on exec and not to block. On error it
    /// is not taken: `bad_argument` for another kind of socket, `forked`, `gone`, or what the
    /// system says.
    result<raw_handle> adopt(native_socket socket, raw_handlers what,
                             const raw_options& options = {},
                             std::span<const std::byte> already_read = {},
                             std::shared_ptr<secure_layer> tls = {}, std::string_view host = {});

    /// Called when the loop was woken by `wake`, whether there is a connection or not; before the
    /// `interrupt` handlers of connections.
    void on_interrupt(function<void()> handler);

    /// Closes all connections and gives up connecting; what is left after `within` is aborted. Then
    /// calls `done`: exactly once, and never from inside this call.
    void shutdown(duration within, function<void()> done = {});

    /// Aborts all connections; their handlers hear `errc::aborted`.
    void stop();

    /// Connections, including those that are connecting.
    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Calls `visit(raw_connection&)` once for each of them that is there from beginning to end.
    /// `visit` may end any of them, begin others, and call this.
    void for_each(function<void(raw_connection&)> visit);

private:
    void connect(raw_connection& outbound, struct connect_plan plan, raw_connect_options&& options);

    std::shared_ptr<loop_state> loop_;
    raw_set* set_;
};

} // namespace weft
