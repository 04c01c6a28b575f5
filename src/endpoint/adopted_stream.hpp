// SPDX-License-Identifier: MIT
// Makes a stream of a connected socket that other code has opened, and perhaps read from. If
// anything fails before the stream is moved out, the caller keeps the socket.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <weft/stream/secure_layer.hpp>

#include "loop/loop_state.hpp"

namespace weft {

class adopted_stream {
public:
    /// Encrypts with `tls`, if it is not null, for the server name `host`. Throws std::bad_alloc.
    adopted_stream(loop_state& loop, native_socket socket, secure_layer* tls, std::string_view host,
                   std::span<const std::byte> already_read);
    adopted_stream(const adopted_stream&) = delete;
    adopted_stream& operator=(const adopted_stream&) = delete;
    ~adopted_stream();

    /// Returns the stream, to be moved out. If it is not moved out, the destructor releases the
    /// socket.
    [[nodiscard]] std::unique_ptr<stream>&& take_stream() noexcept { return std::move(stream_); }

    /// Returns the bytes that other code has read, if the stream does not deliver them. With TLS
    /// the stream delivers them, decrypted.
    [[nodiscard]] std::span<const std::byte> early() const noexcept { return early_; }

private:
    std::unique_ptr<stream> stream_;
    socket_transport* socket_; // the lowest layer of `stream_`
    std::span<const std::byte> early_;
};

} // namespace weft
