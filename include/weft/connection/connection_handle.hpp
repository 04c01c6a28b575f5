// SPDX-License-Identifier: MIT
// A weak reference to a connection, for any thread and for keeping.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weft/core/close_code.hpp>
#include <weft/core/function.hpp>
#include <weft/core/message.hpp>
#include <weft/stream/handle_state.hpp>

namespace weft {

class connection;

/// Refers to a connection without keeping it; copyable, and safe on any thread.
///
/// `close`, `abort` and `with` post to the connection's driver and do their work there, or nothing
/// if the connection has ended by then. They return false when the driver itself is gone. An empty
/// handle refers to nothing.
///
/// Handles are equal if they refer to the same connection, also after it has ended, and never equal
/// one of a later connection. They have an order, and a hash.
class connection_handle {
public:
    connection_handle() = default;

    /// Sends a whole message, like `connection::send`.
    ///
    /// Inside a turn of the connection's driver (in its handlers) it is sent at once. Elsewhere it
    /// is copied and posted, and counts towards the limit on queued output from now on, with
    /// `handle_state::post_overhead` bytes: `dropped` says that it was not taken, and `backed_up`
    /// that the peer is slow or that more than half of the limit is waiting. After both, `writable`
    /// comes on the connection's thread when there is room. What was taken before the connection
    /// opens is sent when `open` has returned; `fail` says that it never was. Throws
    /// std::bad_alloc; then nothing was sent.
    send_result send(message whole) const;

    /// The same without a copy, of a text or of a binary message.
    template <std::same_as<std::string> Text>
    send_result send(Text&& text) const {
        return send_owned(std::move(text));
    }
    template <std::same_as<std::vector<std::byte>> Bytes>
    send_result send(Bytes&& bytes) const {
        return send_owned(std::move(bytes));
    }

    /// Bytes of output that wait: posted by handles, with their overhead, and refused by the stream
    /// so far. A moment later it may be another number.
    [[nodiscard]] std::size_t queued_bytes() const noexcept {
        return state_ ? state_->waiting() : 0;
    }

    /// Begins the closing handshake; before the connection is open it ends like `abort`.
    bool close(close_code code = close_code::normal, std::string reason = {}) const;

    /// Ends the connection at once.
    bool abort() const;

    /// Calls `work` with the connection on the driver's thread. It is never refused: whoever posts
    /// much should ask `queued_bytes`.
    bool with(function<void(connection&)> work) const;

    friend bool operator==(const connection_handle&, const connection_handle&) = default;
    friend std::strong_ordering operator<=>(const connection_handle& one,
                                            const connection_handle& other) noexcept {
        return std::compare_three_way()(one.state_.get(), other.state_.get());
    }

private:
    friend class connection;
    friend struct std::hash<connection_handle>;

    explicit connection_handle(std::shared_ptr<handle_state> state) noexcept
        : state_(std::move(state)) {}

    send_result send_owned(std::string&& text) const;
    send_result send_owned(std::vector<std::byte>&& bytes) const;
    [[nodiscard]] std::optional<send_result> send_at_once(message whole) const;

    std::shared_ptr<handle_state> state_;
};

} // namespace weft

template <>
struct std::hash<weft::connection_handle> {
    std::size_t operator()(const weft::connection_handle& of) const noexcept {
        return std::hash<const void*>()(of.state_.get());
    }
};
