// SPDX-License-Identifier: MIT
// Reads the PROXY header, then passes through everything.
#include "endpoint/proxy_protocol_stream.hpp"

#include <new>
#include <utility>

#include <weft/core/error.hpp>

namespace weft {

void proxy_protocol_stream::on_receive(std::span<std::byte> bytes) {
    if (header_.status() == proxy_header::state::more) {
        if (const auto why = read_header(bytes)) {
            under().close();
            return sink_->on_error(why);
        }
    }
    if (!bytes.empty()) sink_->on_receive(bytes);
}

void proxy_protocol_stream::on_eof() {
    if (header_.status() != proxy_header::state::more) return sink_->on_eof();
    malformed_ = true;
    under().close();
    sink_->on_error(errc::bad_proxy_header);
}

/// Removes the header from `bytes`; returns the error that ends the stream, if any.
std::error_code proxy_protocol_stream::read_header(std::span<std::byte>& bytes) noexcept {
    try {
        bytes = bytes.subspan(header_.feed(bytes));
        switch (header_.status()) {
        case proxy_header::state::more: return {};
        case proxy_header::state::failed: malformed_ = true; return errc::bad_proxy_header;
        case proxy_header::state::done: break;
        }
        if (auto handler = std::move(handler_)) handler(remote_address());
        return {};
    } catch (const std::bad_alloc&) {
        return std::make_error_code(std::errc::not_enough_memory);
    }
}

} // namespace weft
