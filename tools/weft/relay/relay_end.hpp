// SPDX-License-Identifier: MIT
// The interface between a link and its two connections, of any kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <weft/core/close_code.hpp>

namespace weft_tool {

/// What a connection has received: bytes of a stream, or a part of a message.
struct relay_piece {
    enum class kind : std::uint8_t { stream, text, binary };

    std::span<const std::byte> bytes;
    kind what = kind::stream;
    bool last = true; ///< the last piece of its message
};

/// How a connection ended.
struct relay_ending {
    weft::close_code code = weft::close_code::normal;
    std::string reason = {}; ///< of the close frame
    std::string text = {};   ///< for people; empty if there is nothing to say
    bool proper = true;
    bool opened = true;
    bool cut = false; ///< it broke, so that what it had to send may be incomplete
    bool misused = false; ///< it did not open, because of an invalid option
    bool bad_input = false; ///< standard input or output failed, or a line was not UTF-8
};

class relay_end;

/// The events that a connection reports to its link.
class relay_events {
public:
    /// Called when the connection is ready to send and receive. It is paused until `resume`.
    virtual void opened(relay_end& from) = 0;
    virtual void received(relay_end& from, const relay_piece& what) = 0;

    /// Called when all output has been sent, after `send` returned false.
    virtual void drained(relay_end& from) = 0;

    /// Called when a stream has received the end of its input; it may still send.
    virtual void input_ended(relay_end& from) = 0;

    /// Called once, as the last event: the connection has ended.
    virtual void ended(relay_end& from, const relay_ending& why) = 0;

protected:
    ~relay_events() = default;
};

/// One connection of a link. The link owns it, and destroys it only after `ended`.
class relay_end {
public:
    relay_end() = default;
    relay_end(const relay_end&) = delete;
    relay_end& operator=(const relay_end&) = delete;
    virtual ~relay_end() = default;

    /// Begins to connect. An accepted client waits for `admit` instead.
    virtual void start(relay_events& to) = 0;

    /// Accepts the waiting client with this subprotocol. Called when the other end is open.
    virtual void admit(std::string_view subprotocol) = 0;

    /// Returns false if output waits for the peer: then send nothing more until `drained`.
    [[nodiscard]] virtual bool send(const relay_piece& what) = 0;

    /// Ends the output, because the input of the other connection has ended. Returns false if a
    /// connection of this kind cannot be half-closed.
    [[nodiscard]] virtual bool finish() = 0;

    /// Ends the connection when its output has been sent, because the other one has ended. If that
    /// one was cut, a stream ends with a reset if it can: then its peer does not take what it has
    /// received for the whole.
    virtual void close(const relay_ending& why) = 0;

    /// Ends the connection at once.
    virtual void abort() = 0;

    virtual void pause() = 0;
    virtual void resume() = 0;

    /// Returns the subprotocol that was agreed on with the peer.
    [[nodiscard]] virtual std::string subprotocol() const { return {}; }

    /// Returns whether the peer was informed by a reset.
    [[nodiscard]] virtual bool was_reset() const noexcept { return false; }

    /// Returns the name of the peer for the log.
    [[nodiscard]] virtual std::string name() const = 0;
};

} // namespace weft_tool
