// SPDX-License-Identifier: MIT
// A WebSocket server: listeners and a stream_endpoint. Does not depend on the engine or a host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <weft/connection/connection_tracer.hpp>
#include <weft/connection/stream_endpoint.hpp>
#include <weft/endpoint/listening_endpoint.hpp>
#include <weft/endpoint/server_limits.hpp>
#include <weft/endpoint/trusted_proxies.hpp>

namespace weft {

/// Serves WebSocket connections, and plain HTTP requests, on any number of listeners.
///
/// All functions must be called on the loop's thread. A server may be destroyed at any point, even
/// in its own handlers: its listeners and connections end at once, and no handler is called except
/// a pending `done`. It may outlive the loop.
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

    /// Serves requests for `path` by a coroutine, for example a lambda: `serve` is called with each
    /// connection that opens; see `coroutine_handlers`.
    template <conversation_function Serve>
    void route(std::string_view path, Serve&& serve, const route_options& options = {}) {
        route(path, coroutine_handlers(std::forward<Serve>(serve)), options);
    }

    /// Sets the handler that is called when a connection fails before a route was found for it.
    void on_fail(function<void(const report&)> handler);

    /// Sets the limits and timeouts that apply until a route is found.
    void handshake_options(const session_limits& limits, const session_timeouts& timeouts);

    /// Sets the limits on the connections of this server.
    void limits(const server_limits& limits);

    /// Trusts these proxies to report the client's address, for connections accepted from now on.
    /// Empty by default. The reported address is used by `connection::remote_address` and the
    /// limits per address.
    ///
    /// Reports by other peers are ignored. The limits per address do not apply to the proxies' own
    /// addresses. The PROXY protocol does not apply to adopted sockets. Fails with `bad_argument`
    /// for an entry that is neither an address, nor a prefix, nor "unix:".
    result<void> trust(const trusted_proxies& proxies);

    // --- clients that do not come from a listener

    /// Accepts connections from the sockets that a service manager has passed to this process, all
    /// of them or only those called `name`, and returns their addresses.
    ///
    /// Call it only once: it adopts all of them, or on error none. `tls`, if not null, encrypts the
    /// connections of all of them. Fails like `activated_descriptors` and `adopt_listener`; call
    /// these two instead for sockets that need different options.
    result<std::vector<address>> listen_activated(std::string_view name = {},
                                                  std::shared_ptr<secure_layer> tls = {});

    /// Serves a client over a connected stream socket. `already_read` holds bytes that other code
    /// has read from it. With `tls`, the TLS handshake must not have begun, so these bytes are
    /// encrypted, too.
    ///
    /// On success the server owns the socket, as with `adopt_listener`. On error the caller keeps
    /// it: `bad_argument` for another kind of socket, the error of a limit (`too_many_connections`,
    /// ...), `forked`, `gone`, or a system error. Never returns null.
    result<connection*> adopt(native_socket socket, std::span<const std::byte> already_read = {},
                              std::shared_ptr<secure_layer> tls = {});

    /// Serves a client whose request another HTTP server has read and parsed (see
    /// `http_request::make`); `already_read` holds the bytes that came after the request.
    ///
    /// The request is routed, validated, limited and answered as if this server had read it. On
    /// error the caller keeps the socket or stream, and the other server can send its own answer,
    /// for example `weft::refusal`; errors are those of `adopt` and of `stream_endpoint::accept`.
    result<connection*> accept(native_socket socket, http_request request,
                               std::span<const std::byte> already_read = {});
    result<connection*> accept(std::unique_ptr<stream>&& client, http_request request,
                               std::span<const std::byte> already_read = {});

    /// Serves a client over a connected stream. `already_read` holds bytes that other code has read
    /// from it. No limit on connections applies.
    connection& serve(std::unique_ptr<stream>&& client,
                      std::span<const std::byte> already_read = {});

    /// Sets the handler that is called when accepting begins to fail, for example with
    /// `too_many_files_open`. It is called again only after all waiting clients have been accepted.
    /// Listeners retry every 100 milliseconds, and when a connection has ended.
    void on_accept_error(function<void(std::error_code)> handler);

    /// Sets the handler that is called for each client that a limit refuses, with its address and
    /// `too_many_connections`, `too_many_from_address`, `too_many_handshakes` or
    /// `over_memory_budget`. A client that is refused on arrival is sent 503 with Retry-After, or
    /// nothing if its listener uses TLS; nothing is read from it.
    void on_refused(function<void(const address&, std::error_code)> handler);

    /// Returns how many clients were refused by limits so far.
    [[nodiscard]] std::uint64_t refused_count() const noexcept;

    /// Stops listening, closes open connections with 1001, and answers unfinished handshakes with
    /// 503. Aborts the connections that are left after `within`. Then calls `done`, exactly once
    /// and never from inside this call.
    void shutdown(duration within, function<void()> done = {});

    /// Ends the server before a restart: stops listening (or goes on and refuses handshakes, see
    /// `drain_options`), closes open connections one by one, in no particular order, over a
    /// window of time, and lets queued output and closing handshakes finish. Then calls `done`,
    /// exactly once and never from inside this call. Throws std::bad_alloc; then nothing was done.
    /// See `stream_endpoint::drain`.
    void drain(const drain_options& options, function<void()> done = {});

    /// Stops listening and aborts all connections; their `close` or `fail` receives
    /// `errc::aborted`.
    void stop();

    /// Returns the number of connections, including those in their handshake and those that wait
    /// for the peer to close.
    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Returns the number of connections that have not opened yet.
    [[nodiscard]] std::size_t handshake_count() const noexcept;

    /// Returns the bytes that currently count towards `server_limits::memory_max`.
    [[nodiscard]] std::size_t memory_used() const noexcept;

    /// Returns what has happened on this server so far; see `stream_endpoint::counters`.
    [[nodiscard]] endpoint_counters counters() const;

    /// Traces handshakes and messages; see `stream_endpoint::trace`.
    void trace(std::shared_ptr<connection_tracer> by);

    /// Calls `action(connection&)` once for each connection that exists throughout the call.
    /// `action` may end any of them and call `for_each`.
    void for_each(function<void(connection&)> action);

private:
    class state;

    state* state_;
};

} // namespace weft
