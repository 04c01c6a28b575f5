// SPDX-License-Identifier: MIT
// A server: listeners in front of a service. Knows neither the engine nor a host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/endpoint/listening_endpoint.hpp>
#include <weft/endpoint/server_limits.hpp>
#include <weft/endpoint/trusted_proxies.hpp>

namespace weft {

/// Serves WebSocket connections, and plain HTTP requests, on any number of listeners.
///
/// Belongs to the loop's thread. Destroying it is legal anywhere, its own handlers included: its
/// listeners and connections die at once, and no handler is called but a pending `done`.
class server : public listening_endpoint {
public:
    explicit server(event_loop& loop);
    ~server();
    server(server&& other) noexcept
        : listening_endpoint(std::move(other)), state_(std::exchange(other.state_, nullptr)) {}
    server& operator=(server&& other) noexcept {
        listening_endpoint::operator=(std::move(other));
        std::swap(state_, other.state_);
        return *this;
    }

    /// Serves requests for `path`; see `stream_endpoint::route`.
    void route(std::string_view path, handlers what, const route_options& options = {});

    /// Hears of connections that failed before a route was found for them.
    void on_fail(function<void(const report&)> handler);

    /// Limits and timeouts until a route is found.
    void handshake_options(const session_limits& limits, const session_timeouts& timeouts);

    /// Limits on the connections of this server, from now on.
    void limits(const server_limits& limits);

    /// Takes the word of these peers, of which there are none by default, for the address of who
    /// comes from now on: `connection::remote_address` and the limit per address then go by it.
    ///
    /// Others' word is not listened to. Peers themselves are not limited per address. Adopted
    /// sockets have no PROXY protocol. Fails with `bad_argument` for a peer that is no address.
    result<void> trust(const trusted_proxies& proxies);

    // --- clients, beside those that `listen` brings

    /// Accepts from the sockets that a service manager has passed to this process, of all names or
    /// of one, and says where they are.
    ///
    /// Call it once: it takes them all, or on error none. All of them are encrypted by `tls`, if
    /// there is one. Fails like `activated_descriptors`, which is for sockets that need options of
    /// their own, and like `adopt_listener`.
    result<std::vector<address>> listen_activated(std::string_view name = {},
                                                  std::shared_ptr<secure_layer> tls = {});

    /// Serves a client over a connected stream socket, of which somebody has read `already_read`.
    /// With `tls` these bytes are encrypted, too: the whole handshake is still to come.
    ///
    /// Owns the socket from then on, as `adopt_listener` does. On error it is not taken:
    /// `bad_argument` for another kind of socket, the limits (`too_many_connections`, ...),
    /// `forked`, `gone`, or what the system says. Never null.
    result<connection*> adopt(native_socket socket, std::span<const std::byte> already_read = {},
                              std::shared_ptr<secure_layer> tls = {});

    /// Serves a client whose request somebody else's HTTP server has read and parsed (see
    /// `http_request::make`); `already_read` is what came behind it.
    ///
    /// Routes, `validate`, limits and the answer are as if the request had been read here. On error
    /// nothing is taken, and the other server can answer by itself, with `weft::refusal` if it
    /// likes: errors are those of `adopt` and of `stream_endpoint::accept`.
    result<connection*> accept(native_socket socket, http_request request,
                               std::span<const std::byte> already_read = {});
    result<connection*> accept(std::unique_ptr<stream>&& client, http_request request,
                               std::span<const std::byte> already_read = {});

    /// Serves a client over a stream that is connected already, of which somebody has read
    /// `already_read`. No limit on connections applies.
    connection& serve(std::unique_ptr<stream>&& client,
                      std::span<const std::byte> already_read = {});

    /// Hears why no connection can be accepted, such as `too_many_files_open`: once, until all who
    /// waited have been accepted. Listeners try again by themselves, without spinning.
    void on_accept_error(function<void(std::error_code)> handler);

    /// Hears of each client that a limit kept out: `too_many_connections`, `too_many_from_address`
    /// or `too_many_handshakes`. It was sent 503 with Retry-After, and nothing was read from it.
    void on_refused(function<void(const address&, std::error_code)> handler);

    /// How many clients limits have kept out so far.
    [[nodiscard]] std::uint64_t refused_count() const noexcept;

    /// Stops listening, closes connections with 1001 and refuses those that have not opened with
    /// 503; what is left after `within` is aborted. Then calls `done`: exactly once, and never
    /// from inside this call.
    void shutdown(duration within, function<void()> done = {});

    /// Stops listening and aborts all connections; their handlers hear `errc::aborted`.
    void stop();

    /// Connections, including those in their handshake or waiting for the peer's end.
    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Connections that have not opened yet.
    [[nodiscard]] std::size_t handshake_count() const noexcept;

    /// Bytes that count in `server_limits::memory_max` at present.
    [[nodiscard]] std::size_t memory_used() const noexcept;

    /// Calls `visit(connection&)` once for each of them that is there from beginning to end.
    /// `visit` may end any of them and call this.
    void for_each(function<void(connection&)> visit);

private:
    class state;

    state* state_;
};

} // namespace weft
