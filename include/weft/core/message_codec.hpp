// SPDX-License-Identifier: MIT
// The interface of a per-message compression codec (RFC 7692 §5 and §6), which converts between
// messages and frame payloads. Knows no algorithm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <weft/core/result.hpp>

namespace weft {

/// Whether to compress a message. Has no effect if the handshake did not negotiate a codec.
enum class compression : std::uint8_t {
    automatic, ///< if `message_codec::encodes` returns true
    off,
    on, ///< always, except when compression would not make the message smaller
};

/// An encoder or decoder at work on one message.
class codec_stream {
public:
    struct progress {
        std::size_t read = 0;    ///< bytes consumed from the front of `from`
        std::size_t written = 0; ///< bytes written to the front of `to`
        bool done = false;       ///< all of `from` was read, and there is nothing left to write
    };

    /// Encodes or decodes `from`, the next bytes of the message, into `to`, which is never empty.
    ///
    /// `last` means that the message ends after `from`; otherwise the stream may hold bytes back.
    /// The caller repeats the call with the bytes that were not read, until `done`. An encoder is
    /// done after one call if `to` has the size that `message_codec::bound` returned. Fails if a
    /// message cannot be decoded, usually with `errc::bad_compressed_data`. A decoder may throw
    /// std::bad_alloc; an encoder must not throw, and allocates its memory in `begin_encoding`.
    [[nodiscard]] virtual result<progress> run(std::span<const std::byte> from,
                                               std::span<std::byte> to, bool last) = 0;

    /// Ends the work on this message and returns the stream to the codec.
    ///
    /// `complete` is false for an abandoned message. `begin_decoding` is not called again after a
    /// decoder was abandoned. The output of an abandoned encoder was not sent, so the next message
    /// must not refer to it.
    virtual void finish(bool complete) noexcept = 0;

    /// Returns the size of the stream's memory that `message_codec::memory_used` does not count, in
    /// bytes.
    [[nodiscard]] virtual std::size_t memory_used() const noexcept { return 0; }

protected:
    ~codec_stream() = default;
};

/// Encodes the messages that a session sends and decodes those that it receives.
///
/// A session uses at most one encoder and one decoder at a time. A codec that keeps context between
/// messages serves one session. A codec without context may be shared by sessions; it then has a
/// stream for each message in progress. A codec must not depend on the negotiator that created it,
/// which may be destroyed first.
class message_codec {
public:
    virtual ~message_codec() = default;

    /// Returns the negotiated value of Sec-WebSocket-Extensions, such as "permessage-deflate".
    /// Valid while the codec lives.
    [[nodiscard]] virtual std::string_view agreed() const noexcept = 0;

    /// Returns whether to encode a message that is sent with `compression::automatic`. For a
    /// message that is sent in parts, `size` is the size of the first part.
    [[nodiscard]] virtual bool encodes(std::size_t size, bool is_text) const noexcept = 0;

    /// Returns the largest number of bytes that an encoder can write for the next `size` bytes of a
    /// message, including the end of the message. Never 0.
    [[nodiscard]] virtual std::size_t bound(std::size_t size) const noexcept = 0;

    /// Begins to encode, or to decode, a message. Never returns null; may throw std::bad_alloc.
    [[nodiscard]] virtual codec_stream* begin_encoding() = 0;
    [[nodiscard]] virtual codec_stream* begin_decoding() = 0;

    /// Returns a text for the algorithm and parameters of `begin_shared_encoding`: codecs with
    /// equal texts encode a message to the same bytes. Valid while the codec lives. Empty if the
    /// codec has no shared encoding; then prepared messages are encoded for each session.
    [[nodiscard]] virtual std::string_view shared_settings() const noexcept { return {}; }

    /// Begins to encode a message that several sessions send (`prepared_message`), so that it
    /// refers to no other message. Like `begin_encoding` otherwise; any number may be in progress.
    [[nodiscard]] virtual codec_stream* begin_shared_encoding() { return begin_encoding(); }

    /// Called when the session has sent a message of `size` bytes that `begin_shared_encoding`
    /// encoded to `encoded_size` bytes, which this codec may not have seen. Messages that it
    /// encodes from now on must not refer to earlier ones.
    virtual void shared_sent(std::size_t size, std::size_t encoded_size) noexcept {
        static_cast<void>(size);
        static_cast<void>(encoded_size);
    }

    /// Returns the size of the memory that the codec owns for this session alone, in bytes, for
    /// `session::count_memory`. 0 for a shared codec: an idle session then needs no memory for it.
    /// A codec must return 0 in every call, or in none.
    [[nodiscard]] virtual std::size_t memory_used() const noexcept { return 0; }

    /// Called when a session no longer needs the codec. All streams of the session are finished.
    virtual void release() noexcept { delete this; }
};

struct codec_release {
    void operator()(message_codec* codec) const noexcept { codec->release(); }
};

/// A session's owning pointer to its codec.
using message_codec_ptr = std::unique_ptr<message_codec, codec_release>;

} // namespace weft
