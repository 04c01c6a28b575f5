// SPDX-License-Identifier: MIT
// A client: connects, and hands the connection to a stream_endpoint. Knows neither engine nor host.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/loop/event_loop.hpp>

namespace weft {

/// Opens WebSocket connections; one client may hold any number.
///
/// Belongs to the loop's thread. Destroying it is legal anywhere, its own handlers included: its
/// connections die at once, and no handler is called but a pending `done`.
class client {
public:
    explicit client(event_loop& loop);
    ~client();
    client(client&& other) noexcept;
    client& operator=(client&& other) noexcept;

    /// Encrypts for `wss:` URIs from now on, where `connect_options::tls` does not say otherwise:
    /// `tls_client::create`. Without either they fail with `errc::no_tls`.
    void tls(std::shared_ptr<secure_layer> layer) noexcept;

    /// Called when a connection that has no `fail` handler of its own has failed to open.
    void on_fail(function<void(const report&)> handler);

    /// Called when the loop was woken by `wake`, whether there is a connection or not; before the
    /// `interrupt` handlers of connections.
    void on_interrupt(function<void()> handler);

    /// Connects to `target`, a `ws:` or `wss:` URI.
    ///
    /// A host name is looked up by the loop (see `event_loop::resolver`), and its addresses race.
    /// However it ends, it is told: `open` is called once it is open, `fail` with the whole reason
    /// if that does not come to be, a malformed URI included; neither from inside this call. The
    /// handle closes or aborts it from anywhere, also while it is connecting.
    ///
    /// A malformed `target` of which neither `fail` nor `on_fail` can be told goes to the loop's
    /// `on_error` as a std::system_error that names it.
    connection_handle connect(std::string_view target, handlers what, connect_options options = {});
    connection_handle connect(const uri& target, handlers what, connect_options options = {});

    /// Opens a WebSocket over a stream socket that is connected already, such as through a tunnel
    /// of the application's own, of which somebody has read `already_read`; TLS, for a `wss:` URI,
    /// is still to begin.
    ///
    /// Owns the socket from then on, and sets it to close on exec and not to block. On error it
    /// is not taken: `bad_argument` for another kind of socket, `no_tls` for a `wss:` URI,
    /// `forked`, `gone`, or what the system says. All else is told as by `connect`.
    result<connection_handle> adopt(native_socket socket, const uri& target, handlers what,
                                    connect_options options = {},
                                    std::span<const std::byte> already_read = {});

    /// Closes all connections with 1001 and gives up connecting; what is left after `within` is
    /// aborted. Then calls `done`: exactly once, and never from inside this call.
    void shutdown(duration within, function<void()> done = {});

    /// Aborts all connections; their handlers hear `errc::aborted`.
    void stop();

    /// Connections, including those that are connecting.
    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Calls `visit(connection&)` once for each of them that is there from beginning to end.
    /// `visit` may end any of them, begin others, and call this.
    void for_each(function<void(connection&)> visit);

private:
    std::shared_ptr<loop_state> loop_;
    stream_endpoint service_;
    std::shared_ptr<secure_layer> tls_;
    bool hears_failures_ = false;
};

} // namespace weft
