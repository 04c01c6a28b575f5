// SPDX-License-Identifier: MIT
// A connected socket that somebody else has opened, and perhaps read from, as a stream. Whatever
// fails before that stream is kept leaves the socket to its owner.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <weft/stream/secure_layer.hpp>

#include "loop/loop_state.hpp"

namespace weft {

class adopted_stream {
public:
    /// Covered by `tls`, if there is one, towards `host`. Throws std::bad_alloc.
    adopted_stream(loop_state& loop, native_socket socket, secure_layer* tls, std::string_view host,
                   std::span<const std::byte> already_read);
    adopted_stream(const adopted_stream&) = delete;
    adopted_stream& operator=(const adopted_stream&) = delete;
    ~adopted_stream();

    /// Moved from by whoever keeps it.
    [[nodiscard]] std::unique_ptr<stream>&& way() noexcept { return std::move(way_); }

    /// What has been read, if the stream does not tell it; with TLS it does, as that is where it
    /// has to go through.
    [[nodiscard]] std::span<const std::byte> early() const noexcept { return early_; }

private:
    std::unique_ptr<stream> way_;
    socket_transport* socket_; // below all of it
    std::span<const std::byte> early_;
};

} // namespace weft
