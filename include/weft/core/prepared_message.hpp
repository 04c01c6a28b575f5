// SPDX-License-Identifier: MIT
// A message that is encoded once and sent to any number of connections, such as a broadcast.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include <weft/core/message.hpp>
#include <weft/core/message_codec.hpp>
#include <weft/core/output_queue.hpp>

namespace weft {

/// A whole message that is ready to send: a copy of its bytes, as a frame.
///
/// Immutable. A copy of a prepared message refers to the same bytes, which live until the last copy
/// and the last connection that has queued them are gone. Any thread may copy, send and destroy it.
///
/// For connections that agreed on compression, the message is compressed when it is first sent to
/// one of them, once for each set of parameters (twice if two threads begin at the same time).
/// Context takeover does not matter for that: the compressed form refers to no earlier message, and
/// what such a connection compresses later does not refer to messages before this one (RFC 7692
/// §7.2.1 permits both).
///
/// A server's connection that cannot take all of the message keeps a reference to it instead of a
/// copy, unless the frame is shorter than `shared_size_min`. A client masks each frame (RFC 6455
/// §5.3), so its connections copy it.
class prepared_message {
public:
    /// Shorter frames are copied, because a copy takes less memory and time than a reference.
    static constexpr std::size_t shared_size_min = 256;

    /// Copies `whole`, and encodes it. `choice` decides for each connection whether the message is
    /// compressed there. Throws std::bad_alloc.
    explicit prepared_message(message whole, compression choice = compression::automatic);

    /// Returns the message, whose bytes are valid as long as this object.
    [[nodiscard]] message whole() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return whole().size(); }
    [[nodiscard]] bool is_text() const noexcept { return whole().is_text(); }
    [[nodiscard]] compression choice() const noexcept;

private:
    friend class output_run;
    friend class session;

    struct content;

    /// A frame as a server sends it, and where its payload begins.
    struct encoded {
        std::span<const std::byte> frame;
        std::size_t header_size;

        [[nodiscard]] std::span<const std::byte> payload() const noexcept {
            return frame.subspan(header_size);
        }
    };

    [[nodiscard]] encoded plain() const noexcept;

    /// Returns the message, compressed by `codec`, whose `shared_settings` must not be empty. The
    /// frame is empty if compression does not make the message smaller. May throw std::bad_alloc.
    [[nodiscard]] encoded compressed(message_codec& codec) const;

    /// Returns `bytes`, a part of a frame of this message, with a reference to it.
    [[nodiscard]] shared_bytes share(std::span<const std::byte> bytes) const noexcept;

    std::shared_ptr<content> content_;
};

} // namespace weft
