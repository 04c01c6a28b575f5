// SPDX-License-Identifier: MIT
// A set of connections over any streams and any driver, and the routes that serve them. Servers and
// clients are built on it and create the streams.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/connection/connection.hpp>
#include <weft/connection/connection_tracer.hpp>
#include <weft/connection/conversation.hpp>
#include <weft/connection/drain_options.hpp>
#include <weft/connection/endpoint_counters.hpp>
#include <weft/connection/pending_connection.hpp>
#include <weft/connection/reconnecting_connection.hpp>
#include <weft/stream/address_prefix.hpp>

namespace weft {

/// A WebSocket endpoint that serves and connects over streams supplied by the caller.
///
/// Needs no event loop: with a `manual_driver` and a `memory_pipe` or a custom stream it is a
/// complete WebSocket endpoint. Destroying it ends its connections at once and calls no handler
/// except a pending `done`; it may be destroyed anywhere, even in its own handlers. The driver must
/// outlive it. All functions must be called on the driver's thread. A call that throws
/// std::bad_alloc has changed nothing. If a connection runs out of memory later, it ends with
/// `std::errc::not_enough_memory`. If there is no memory for the facts of a report, the report
/// omits them.
class stream_endpoint {
public:
    explicit stream_endpoint(weft::driver& owner);
    ~stream_endpoint();
    stream_endpoint(stream_endpoint&& other) noexcept;
    stream_endpoint& operator=(stream_endpoint&& other) noexcept;

    /// Serves requests for `path`; a final `*` matches all paths with the prefix before it.
    ///
    /// Routes with a matching host take precedence (`route_options::host`). The longest matching
    /// path wins; among routes with the same path, those with a subprotocol that the client offers,
    /// in the client's order of preference, take precedence over the one without. A later route for
    /// the same path, host and subprotocol replaces the earlier one; existing connections keep the
    /// handlers of the earlier one. A route that only answers plain requests and one that only
    /// serves WebSockets do not replace each other.
    ///
    /// A route with `http` but without `open`, `message`, `part`, `validate` and `close` serves no
    /// WebSocket.
    void route(std::string_view path, handlers what, const route_options& options = {});

    /// Serves requests for `path` by a coroutine: `serve` is called with each connection that
    /// opens; see `coroutine_handlers`.
    template <conversation_function Serve>
    void route(std::string_view path, Serve&& serve, const route_options& options = {}) {
        route(path, coroutine_handlers(std::forward<Serve>(serve)), options);
    }

    /// Sets the handler called when a connection failed before a route was found for it.
    void on_fail(function<void(const report&)> handler);

    /// Sets the limits and timeouts that apply until a route is found.
    void handshake_options(const session_limits& limits, const session_timeouts& timeouts);

    /// Serves a client that is connected through `client`. `already_read` holds bytes that other
    /// code has already read from it; they are copied.
    connection& serve(std::unique_ptr<stream>&& client,
                      std::span<const std::byte> already_read = {});

    /// Serves a client whose request another HTTP server has read and parsed (see
    /// `http_request::make`); `already_read` holds the bytes that came after the request.
    ///
    /// Routes, `validate`, limits and the answer are as if the request had been read from `client`;
    /// all of them run later, in a turn. Fails with the reason why the request is no valid upgrade
    /// (see `check_upgrade`), with the limits on headers, or with `shut_down`; then `client` has
    /// not been moved from, and the other server can send its own answer, for example
    /// `weft::refusal`. Never returns null.
    result<connection*> accept(std::unique_ptr<stream>&& client, http_request request,
                               std::span<const std::byte> already_read = {});

    /// Opens a WebSocket through `server`, a connected stream.
    ///
    /// Invalid options are reported like any other failure: `fail` is called in the next round.
    connection& connect(std::unique_ptr<stream>&& server, const uri& target, handlers what,
                        connect_options options = {}, std::span<const std::byte> already_read = {});

    /// Does the same for a coroutine: `co_await endpoint.connect(...)` returns a `conversation`;
    /// see `client::connect`.
    connect_operation connect(std::unique_ptr<stream>&& server, const uri& target);
    template <named_connect_options Options>
    connect_operation connect(std::unique_ptr<stream>&& server, const uri& target,
                              Options& options) {
        return begin_conversation(std::move(server), target, options);
    }

    /// Closes all connections with 1001 and refuses those that have not opened with 503. Aborts
    /// what is left after `within`. Then calls `done`, exactly once and never from inside this
    /// call.
    ///
    /// A second call moves the deadline; the `done` functions of both calls are called.
    void shutdown(duration within, function<void()> done = {});

    /// Closes the open connections one after the other, in no particular order, over a window of
    /// time, then does what `shutdown` does. Calls `done` as `shutdown` does. Throws
    /// std::bad_alloc; then nothing was done. A connection whose close cannot be scheduled for lack
    /// of memory is closed at the end of the window, with 1001.
    ///
    /// Handshakes that arrive meanwhile are answered with 503 and Retry-After. Deferred ones that
    /// the application accepts meanwhile are closed when the window ends. Ends early when no
    /// connection is left, unless `keep_listening`. `shutdown` or a second drain ends the window at
    /// once.
    void drain(const drain_options& options, function<void()> done = {});

    /// Aborts all connections; their `close` or `fail` is called in the next round of work.
    void stop() noexcept;

    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Returns the number of connections that have not opened yet: connecting, in their handshake,
    /// or in a plain request.
    [[nodiscard]] std::size_t handshake_count() const noexcept;

    /// Sets a budget for the memory that peers make all connections hold; see
    /// `server_limits::memory_max`.
    void memory_max(std::size_t bytes) noexcept;

    /// Returns the bytes that currently count towards this budget.
    [[nodiscard]] std::size_t memory_used() const noexcept;

    /// Returns whether the budget allows a new connection that may take `more` bytes.
    [[nodiscard]] bool has_memory(std::size_t more) const noexcept;

    /// Returns what has happened so far. Takes time in proportion to the number of connections; the
    /// counting itself takes time only when a connection opens or ends.
    [[nodiscard]] endpoint_counters counters() const;

    /// Traces handshakes and messages that begin from now on; null ends that. A connection that is
    /// open already is not traced.
    void trace(std::shared_ptr<connection_tracer> by);

    /// Calls `action(connection&)` once for each connection that exists throughout the call.
    /// `action` may end any of them, start others and call `for_each`. It must not destroy the
    /// endpoint.
    void for_each(function<void(connection&)> action);

    [[nodiscard]] weft::driver& driver() const noexcept;

    /// Sets the handler called when `event_loop::wake` has woken the loop, with or without
    /// connections.
    void on_interrupt(function<void()> handler);

    // --- for endpoints that create streams

    /// Calls `handler` for each connection that was removed, after its stream is closed. `handler`
    /// must not throw, and must neither start nor end a connection here.
    void on_removed(function<void(const connection&)> handler);

    /// Calls `handler` for each connection that opens, before its `open`. The same conditions apply
    /// to `handler`.
    void on_opened(function<void(const connection&)> handler);

    /// Sets the function that connects again when a redirect is followed
    /// (`connect_options::redirects_max`). It receives a connection as if from `begin_connect`, and
    /// must not throw. Without it no redirect is followed.
    void on_redirect(function<void(connection&)> connect);

    /// Trusts the peers at these addresses to report the client's address in X-Forwarded-For or
    /// Forwarded (`connection::remote_address`). Calls `handler` with that address before a route
    /// is found; `handler` may call `refuse`.
    void trust_forwarded_for(std::vector<address_prefix> trusted,
                             function<void(connection&, const address&)> handler);

    /// Ends a connection that is not open yet, and informs its peer.
    static void refuse(connection& served, std::error_code why) noexcept;

    /// Ends a connection at once, without informing its peer.
    static void drop(connection& served, std::error_code why) noexcept;

    /// Does the same for the connection that `which` refers to; has no effect if it has ended. Must
    /// be called on the thread of its driver.
    static void drop(const connection_handle& which, std::error_code why) noexcept;

    /// Returns whether a connection that has not opened may be dropped to make room: no handler of
    /// it is running, and the application has not deferred its answer.
    [[nodiscard]] static bool may_drop(const connection& served) noexcept;

    /// Creates an outbound connection that has no stream yet. Pass the stream, or the error, to its
    /// `pending()`.
    connection& begin_connect(const uri& target, handlers what, connect_options options);

    /// Creates an outbound connection that fails with `why`, because `target` is malformed. The
    /// report names `target`, shortened and without secrets.
    connection& begin_malformed(std::string_view target, std::error_code why, handlers what,
                                connect_options options);

    /// Opens a connection, and opens it again whenever it ends; see `client::keep_connected`.
    /// `connect` is called for each attempt, with a connection as if from `begin_connect`, and must
    /// not throw. `driver_owner` may own the driver, which must outlive the result.
    [[nodiscard]] reconnecting_connection
    keep_connected(std::string_view target, handlers what, reconnect_options options,
                   function<void(connection&)> connect,
                   std::shared_ptr<const void> driver_owner = {});

    /// Returns the object through which the code that connects reports to an outbound connection.
    /// Valid until the connection has its stream or has ended.
    [[nodiscard]] static pending_connection& pending(connection& outbound) noexcept;

private:
    connect_operation begin_conversation(std::unique_ptr<stream>&& server, const uri& target,
                                         const connect_options& options);

    class connection_set* set_;
};

} // namespace weft
