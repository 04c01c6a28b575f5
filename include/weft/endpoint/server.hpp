// SPDX-License-Identifier: MIT
// A server: listeners in front of a service. Knows neither the engine nor a host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <weft/connection/service.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/loop/listen_options.hpp>

namespace weft {

/// Serves WebSocket connections, and plain HTTP requests, on any number of listeners.
///
/// Belongs to the loop's thread. Destroying it is legal anywhere, its own handlers included: its
/// listeners and connections die at once, and no handler is called but a pending `done`.
class server {
public:
    explicit server(event_loop& loop);
    ~server();
    server(server&& other) noexcept;
    server& operator=(server&& other) noexcept;

    /// Serves requests for `path`; see `service::route`.
    void route(std::string_view path, handlers what, const route_options& options = {});

    /// Hears of connections that failed before a route was found for them.
    void on_fail(function<void(const report&)> handler);

    /// Limits and timeouts until a route is found.
    void handshake_options(const session_limits& limits, const session_timeouts& timeouts);

    /// Listens at a numeric address, or at `localhost` (127.0.0.1), and says where.
    ///
    /// Port 0 lets the system choose. `::` takes IPv4 as well unless told otherwise. Fails with
    /// what the system says, such as `address_in_use`, or `errc::no_resolver` for a host name.
    result<address> listen(std::string_view host, std::uint16_t port,
                           const listen_options& options = {});

    /// Listens at a Unix-domain socket, "unix:/run/app.sock" or "unix:@abstract", or at an
    /// address with a port, "127.0.0.1:80" or "[::1]:80".
    ///
    /// A socket file of a dead process is replaced; it is removed when listening ends.
    result<address> listen(std::string_view where, const listen_options& options = {});

    /// Ends all listeners; connections go on.
    void stop_listening();
    [[nodiscard]] bool is_listening() const noexcept;
    [[nodiscard]] std::vector<address> listening_at() const;

    /// Stops listening, closes connections with 1001 and refuses those that have not opened with
    /// 503; what is left after `within` is aborted. Then calls `done`: exactly once, and never
    /// from inside this call.
    void shutdown(duration within, function<void()> done = {});

    /// Stops listening and aborts all connections; their handlers hear `errc::aborted`.
    void stop();

    /// Connections, including those in their handshake or waiting for the peer's end.
    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Calls `visit(connection&)` for each of them; it may end any of them.
    void for_each(function<void(connection&)> visit);

    /// Serves a client over a stream that is connected already.
    connection& serve(std::unique_ptr<stream> client);

private:
    class state;

    std::shared_ptr<loop_state> loop_;
    state* state_;
};

} // namespace weft
