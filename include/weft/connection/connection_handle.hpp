// SPDX-License-Identifier: MIT
// A weak reference to a connection, which may be kept and used on any thread.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weft/core/close_code.hpp>
#include <weft/core/function.hpp>
#include <weft/core/message.hpp>
#include <weft/core/message_codec.hpp>
#include <weft/core/prepared_message.hpp>
#include <weft/stream/handle_state.hpp>

namespace weft {

class connection;

/// Refers to a connection without keeping it alive; copyable, and safe on any thread.
///
/// `close`, `abort` and `with` post their work to the connection's driver, which skips it if the
/// connection has ended by then. They return false when the driver no longer exists. On an empty
/// handle they return false too, and `send` returns `closed`.
///
/// Handles are equal if they refer to the same connection, even after it has ended; a handle never
/// equals one of a later connection. Handles are ordered and have a hash.
class connection_handle {
public:
    connection_handle() = default;

    /// Sends a whole message, like `connection::send`.
    ///
    /// In a turn on the driver's thread, such as in a handler, the message is sent at once; while a
    /// message begun with `send_part` is unfinished, right after that one. Elsewhere it is copied
    /// and posted. It then counts towards the limit on queued output immediately, with
    /// `handle_state::post_overhead` bytes added. Messages of handles keep their order; what
    /// `connection::send` sends does not wait for posted messages. `dropped` means that the message
    /// was not queued; `backed_up` means that the peer is slow, or that more than half of the limit
    /// is used. After either, `writable` is called on the connection's thread when there is room. A
    /// message queued before the connection opens is sent when `open` has returned; if `fail` is
    /// called instead, it was never sent. `choice` decides whether the message is compressed, if
    /// the handshake agreed on compression. Throws std::bad_alloc; then nothing was sent.
    send_result send(message whole, compression choice = compression::automatic) const;

    /// Does the same without a copy: a string becomes a text message, a vector a binary one.
    template <std::same_as<std::string> Text>
    send_result send(Text&& text, compression choice = compression::automatic) const {
        return send_text(std::move(text), choice);
    }
    template <std::same_as<std::vector<std::byte>> Bytes>
    send_result send(Bytes&& bytes, compression choice = compression::automatic) const {
        return send_bytes(std::move(bytes), choice);
    }

    /// Sends a message that is encoded already. Posts a reference instead of a copy.
    send_result send(const prepared_message& whole) const;

    /// Returns the bytes of output that wait: posted by handles, with their overhead, or not yet
    /// taken by the stream. The number may change at any moment.
    [[nodiscard]] std::size_t queued_bytes() const noexcept {
        return state_ ? state_->waiting() : 0;
    }

    /// Begins the closing handshake; before the connection is open this acts like `abort`.
    bool close(close_code code = close_code::normal, std::string reason = {}) const;

    /// Ends the connection at once.
    bool abort() const;

    /// Calls `work` with the connection on the driver's thread. Posting has no limit: callers that
    /// post much should check `queued_bytes`.
    bool with(function<void(connection&)> work) const;

    friend bool operator==(const connection_handle&, const connection_handle&) = default;
    friend std::strong_ordering operator<=>(const connection_handle& one,
                                            const connection_handle& other) noexcept {
        return std::compare_three_way()(one.state_.get(), other.state_.get());
    }

private:
    friend class connection;
    friend class stream_endpoint;
    friend struct std::hash<connection_handle>;

    explicit connection_handle(std::shared_ptr<handle_state> state) noexcept
        : state_(std::move(state)) {}

    send_result send_text(std::string&& text, compression choice) const;
    send_result send_bytes(std::vector<std::byte>&& bytes, compression choice) const;
    template <class Owned>
    send_result send_owned(Owned& content, compression choice) const;
    [[nodiscard]] std::optional<send_result> send_at_once(message whole, compression choice) const;

    std::shared_ptr<handle_state> state_;
};

} // namespace weft

template <>
struct std::hash<weft::connection_handle> {
    std::size_t operator()(const weft::connection_handle& of) const noexcept {
        return std::hash<const void*>()(of.state_.get());
    }
};
