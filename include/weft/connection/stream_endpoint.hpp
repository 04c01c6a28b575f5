// SPDX-License-Identifier: MIT
// A set of connections over any streams and any driver: routes in front, one end behind. Servers
// and clients are services that bring their own streams.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <weft/connection/connection.hpp>
#include <weft/stream/address_prefix.hpp>

namespace weft {

/// Serves and connects over streams that it is given.
///
/// Needs no event loop: with a `manual_driver` and a `memory_pipe` or a stream of your own it is
/// a complete WebSocket endpoint. Destroying it ends its connections at once and calls no handler
/// but a pending `done`; that is legal anywhere, its own handlers included. The driver must outlive
/// it. Belongs to the driver's thread. A call that throws std::bad_alloc has changed nothing; what
/// was begun goes on without, or ends with `std::errc::not_enough_memory`.
class stream_endpoint {
public:
    explicit stream_endpoint(weft::driver& owner);
    ~stream_endpoint();
    stream_endpoint(stream_endpoint&& other) noexcept;
    stream_endpoint& operator=(stream_endpoint&& other) noexcept;

    /// Serves requests for `path`, which may end with `*` to match all that begins so.
    ///
    /// Routes with a host that matches come first (`route_options::host`). The longest path that
    /// matches wins; among routes with one path those with a subprotocol
    /// that the client offers, in the client's order of preference, come before the one without.
    /// A later route for the same path, host and subprotocol replaces the first; connections that
    /// are there already stay with its handlers. One that only answers plain requests and one that
    /// only serves WebSockets stand side by side.
    ///
    /// A route with `http` and neither `open`, `message`, `validate` nor `close` serves no
    /// WebSocket.
    void route(std::string_view path, handlers what, const route_options& options = {});

    /// Hears of connections that failed before a route was found for them.
    void on_fail(function<void(const report&)> handler);

    /// Limits and timeouts until a route is found.
    void handshake_options(const session_limits& limits, const session_timeouts& timeouts);

    /// Serves a client that is connected through `client`, of which somebody has read
    /// `already_read` before; these bytes are copied.
    connection& serve(std::unique_ptr<stream>&& client,
                      std::span<const std::byte> already_read = {});

    /// Serves a client whose request somebody else's HTTP server has read and parsed (see
    /// `http_request::make`); `already_read` is what came behind it.
    ///
    /// Routes, `validate`, limits and the answer are as if it had been read from `client`; all of
    /// them come later, in a turn. Fails with what makes it no valid upgrade (see `check_upgrade`),
    /// with the limits on headers, or with `shut_down`; then `client` has not been moved from, and
    /// the other server can answer by itself, with `weft::refusal` if it likes. Never null.
    result<connection*> accept(std::unique_ptr<stream>&& client, http_request request,
                               std::span<const std::byte> already_read = {});

    /// Opens a WebSocket through `server`, a stream that is connected.
    ///
    /// A fault in the options is told like any other failure: `fail` is called in the next round.
    connection& connect(std::unique_ptr<stream>&& server, const uri& target, handlers what,
                        connect_options options = {}, std::span<const std::byte> already_read = {});

    /// Closes all connections with 1001 and refuses those that have not opened with 503; what is
    /// left after `within` is aborted. Then calls `done`: exactly once, and never from inside this
    /// call.
    ///
    /// A second call moves the deadline; the functions of both are called.
    void shutdown(duration within, function<void()> done = {});

    /// Aborts all connections; their `close` or `fail` is called in the next round of work.
    void stop() noexcept;

    [[nodiscard]] std::size_t connection_count() const noexcept;

    /// Connections that have not opened yet: connecting, in their handshake, or in a plain request.
    [[nodiscard]] std::size_t handshake_count() const noexcept;

    /// A budget for what peers make the connections hold together; see `server_limits::memory_max`.
    void memory_max(std::size_t bytes) noexcept;

    /// Bytes that count in it at present.
    [[nodiscard]] std::size_t memory_used() const noexcept;

    /// Whether a newcomer that may take so many bytes can come in.
    [[nodiscard]] bool has_memory(std::size_t more) const noexcept;

    /// Calls `visit(connection&)` once for each connection that is there from beginning to end;
    /// `visit` may end any of them, begin others and call this, but not destroy the service.
    void for_each(function<void(connection&)> visit);

    [[nodiscard]] weft::driver& driver() const noexcept;

    /// Called when the loop was woken by `wake`, with or without connections.
    void on_interrupt(function<void()> handler);

    // --- for endpoints that bring streams

    /// Calls `hear` for each connection that has left, when its stream is closed already; it may
    /// not throw, and neither begin nor end anything here.
    void on_gone(function<void(const connection&)> hear);

    /// Calls `hear` for each connection that opens, before its `open`; under the same conditions.
    void on_opened(function<void(const connection&)> hear);

    /// Connects anew for a connection that was sent elsewhere (`connect_options::redirects_max`),
    /// as if it came from `begin_connect`; it may not throw. Without this no redirect is followed.
    void on_redial(function<void(connection&)> dial);

    /// Trusts the peers at these addresses to say in X-Forwarded-For or Forwarded who sends their
    /// requests (`connection::remote_address`), and calls `hear` with that before a route is found;
    /// it may `refuse`.
    void trust_forwarded_for(std::vector<address_prefix> trusted,
                             function<void(connection&, const address&)> hear);

    /// Ends a connection that is not open yet, telling its peer.
    static void refuse(connection& served, std::error_code why) noexcept;

    /// Ends a connection at once, without telling its peer.
    static void drop(connection& served, std::error_code why) noexcept;

    /// Whether `drop` is fair to a connection that has not opened: its handler does not run, and
    /// the application is not about to decide.
    [[nodiscard]] static bool may_drop(const connection& served) noexcept;

    /// A connection whose stream is still to come; end it with `attach` or `fail_connecting`.
    connection& begin_connect(const uri& target, handlers what, connect_options options);

    /// What an outbound connection was asked for with; good while it is connecting.
    [[nodiscard]] static const connect_options& options_of(const connection& outbound) noexcept;

    /// Says that a phase of connecting begins, which has a timeout of its own, and how to give it
    /// up if the connection is ended first.
    static void begin_phase(connection& outbound, phase at, function<void()> cancel) noexcept;

    /// The same for a phase that is still to begin, as a turn has to come first: its timeout waits
    /// for `begin_phase`.
    static void queue_phase(connection& outbound, phase at, function<void()> cancel) noexcept;
    static void attach(connection& outbound, std::unique_ptr<stream> connected) noexcept;

    /// Says for reports what an outbound connection tries to reach, and the address that was tried
    /// last, if one was.
    static void note_target(connection& outbound, std::string_view target,
                            const address& tried = {}) noexcept;

    /// `http_status` is that of whoever has refused; 0 for none.
    static void fail_connecting(connection& outbound, phase at, std::error_code why,
                                int http_status = 0) noexcept;

private:
    class connection_set* set_;
};

} // namespace weft
