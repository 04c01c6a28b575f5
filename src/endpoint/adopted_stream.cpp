// SPDX-License-Identifier: MIT
// Allocates everything before it takes over the socket.
#include "endpoint/adopted_stream.hpp"

#include <utility>

#include "endpoint/prefixed_stream.hpp"

namespace weft {

adopted_stream::adopted_stream(loop_state& loop, native_socket socket, secure_layer* tls,
                               std::string_view host, std::span<const std::byte> already_read) {
    auto transport = loop.network().make_stream(loop, owned_socket());
    socket_ = transport.get();
    stream_ = std::move(transport);
    if (!tls) {
        early_ = already_read;
    } else if (!already_read.empty()) {
        stream_ = std::make_unique<prefixed_stream>(std::move(stream_), already_read);
    }
    if (tls) stream_ = tls->cover(std::move(stream_), host);
    socket_->hold(owned_socket(socket));
}

adopted_stream::~adopted_stream() {
    if (stream_) static_cast<void>(socket_->release().release());
}

} // namespace weft
