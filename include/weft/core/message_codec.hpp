// SPDX-License-Identifier: MIT
// What stands between the messages of an application and the payload of frames: the interface of a
// per-message compression (RFC 7692 §5 and §6). Knows no algorithm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <weft/core/result.hpp>

namespace weft {

/// Whether a message is compressed, where the handshake has agreed on a codec.
enum class compression : std::uint8_t {
    automatic, ///< if `message_codec::encodes` says so
    off,
    on, ///< whatever its size; but what would not become smaller is sent as it is
};

/// One direction of a codec while it works on one message.
class codec_stream {
public:
    struct progress {
        std::size_t read = 0;    ///< bytes taken off the front of `from`
        std::size_t written = 0; ///< bytes put at the front of `to`
        bool done = false;       ///< all of `from` was read, and nothing more is to be written
    };

    /// Encodes or decodes `from`, the next bytes of the message, into `to`, which is never empty.
    ///
    /// `last` says that the message ends behind `from`. Without it the stream may keep bytes back.
    /// Called again, with what was not read, until it is done; an encoder whose `to` has the size
    /// of `message_codec::bound` is done at once. Fails when a message cannot be decoded, usually
    /// with `errc::bad_compressed_data`. A decoder may throw std::bad_alloc; an encoder throws
    /// nothing, and takes the memory it needs when it is begun.
    [[nodiscard]] virtual result<progress> run(std::span<const std::byte> from,
                                               std::span<std::byte> to, bool last) = 0;

    /// Ends the work on this message; the stream is the codec's again.
    ///
    /// `complete` is false for a message that was given up. A decoder is not begun again then. What
    /// an encoder has written was not sent, so the next message must not refer to it.
    virtual void finish(bool complete) noexcept = 0;

    /// Bytes that the stream owns and `message_codec::memory_used` does not count.
    [[nodiscard]] virtual std::size_t memory_used() const noexcept { return 0; }

protected:
    ~codec_stream() = default;
};

/// Encodes what one session sends and decodes what it receives.
///
/// A session has at most one encoder and one decoder at work. A codec that keeps a context from one
/// message to the next belongs to one session; one that does not may be shared by many, and then
/// has a stream for each message in progress. Its memory is its own; it must not depend on the
/// negotiator that made it, which may die first.
class message_codec {
public:
    virtual ~message_codec() = default;

    /// What was agreed on, as Sec-WebSocket-Extensions has it: "permessage-deflate". Good as long
    /// as the codec.
    [[nodiscard]] virtual std::string_view agreed() const noexcept = 0;

    /// Whether a message that nothing else is said about is encoded. Of one that is sent in parts
    /// `size` is that of the first.
    [[nodiscard]] virtual bool encodes(std::size_t size, bool is_text) const noexcept = 0;

    /// The most bytes that an encoder can write for the next `size` bytes of a message, the end of
    /// the message included. Not 0.
    [[nodiscard]] virtual std::size_t bound(std::size_t size) const noexcept = 0;

    /// Begins a message. Not null; may throw std::bad_alloc.
    [[nodiscard]] virtual codec_stream* begin_encoding() = 0;
    [[nodiscard]] virtual codec_stream* begin_decoding() = 0;

    /// Bytes that this session alone makes the codec own, for `session::count_memory`. 0 for a
    /// shared one: then the session needs no memory for it while it is idle. May not change from
    /// or to 0.
    [[nodiscard]] virtual std::size_t memory_used() const noexcept { return 0; }

    /// Called when a session, all streams of which are finished, has no more use for the codec.
    virtual void release() noexcept { delete this; }
};

struct codec_release {
    void operator()(message_codec* codec) const noexcept { codec->release(); }
};

/// A session's hold of its codec.
using message_codec_ptr = std::unique_ptr<message_codec, codec_release>;

} // namespace weft
