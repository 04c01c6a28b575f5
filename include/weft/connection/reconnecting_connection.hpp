// SPDX-License-Identifier: MIT
// A client's connection that is opened again whenever it ends: `client::keep_connected`.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/connection/reconnect_options.hpp>

namespace weft {

class connection_set;

/// Owns a connection that is opened again when it ends, until `close`, or until it gives up.
///
/// Destroying it ends everything at once: an attempt, a wait, the connection; no handler is called
/// any more. All functions must be called on the driver's thread, also in handlers. It may outlive
/// its client, endpoint or loop; the end of any of them ends it.
class reconnecting_connection {
public:
    /// Creates an empty one, whose `ended()` is true.
    reconnecting_connection() noexcept = default;
    ~reconnecting_connection();
    reconnecting_connection(reconnecting_connection&& other) noexcept;
    reconnecting_connection& operator=(reconnecting_connection&& other) noexcept;

    /// Sends a message, or keeps it for the next connection if there is none now.
    ///
    /// While older messages wait, later ones wait behind them. Returns `backed_up` for a message
    /// that was kept, `dropped` if that would exceed `queue_size_max`, and `closed` after the end.
    /// What was sent on a connection that ends may be lost, and is not sent again: only the peer's
    /// answer shows that a message has arrived. Throws std::bad_alloc; then it was neither sent nor
    /// kept.
    send_result send(message whole);

    /// Closes the connection, if there is one (its `close` handler is called), and makes no further
    /// attempt. Cancels an attempt or a wait without calling a handler, and drops kept messages.
    void close(close_code code = close_code::normal, std::string_view reason = {});

    /// Ends a wait and begins the next attempt, for example because the network has come back. Also
    /// replaces an attempt that `prepare` has not started yet. Has no effect in other states.
    void try_now();

    /// Returns the open connection; null if there is none. Valid until its `close` handler has
    /// returned.
    ///
    /// Closing it with 1000, the default, ends this object, as `close` above does. Closing it with
    /// another code, or aborting it, ends only this connection: the next attempt follows. That is
    /// for an application that finds the connection unusable, such as by a heartbeat of its own.
    [[nodiscard]] connection* current() const noexcept;
    [[nodiscard]] bool is_open() const noexcept { return current() != nullptr; }

    /// Returns true if there will be no further attempt. The connection may still be open, if it is
    /// closing.
    [[nodiscard]] bool ended() const noexcept;

    /// Returns the failures in a row so far.
    [[nodiscard]] std::size_t failures() const noexcept;

    /// Returns when the next attempt begins; nothing if this does not wait for one.
    [[nodiscard]] std::optional<time_point> next_attempt() const noexcept;

    /// Returns what counts towards `reconnect_options::queue_size_max`.
    [[nodiscard]] std::size_t queued_bytes() const noexcept;

private:
    friend class stream_endpoint;
    friend class connection_set;
    friend class reconnect_attempt;
    class state;

    reconnecting_connection(state* owned, std::shared_ptr<const void> driver_owner) noexcept
        : driver_owner_(std::move(driver_owner)), state_(owned) {}

    std::shared_ptr<const void> driver_owner_; // so that the driver outlives the state
    state* state_ = nullptr;
};

} // namespace weft
