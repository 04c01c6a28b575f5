// SPDX-License-Identifier: MIT
// Passes bytes on in both directions; pauses reading from one side while the other cannot take
// more.
#include "redis/tls_relay.hpp"

#include <new>
#include <utility>

#include "loop/loop_state.hpp"

namespace weft {

tls_relay::tls_relay(loop_state& loop, diverted_socket ends, secure_layer& tls,
                     std::string_view host) {
    library_.stream = loop.network().make_stream(loop, std::move(ends.library));
    redis_.stream = tls.cover(loop.network().make_stream(loop, std::move(ends.peer)), host);
}

void tls_relay::start() noexcept {
    redis_.stream->start(redis_);
    library_.stream->start(library_);
}

void tls_relay::close() noexcept {
    redis_.stream->close();
    library_.stream->close();
}

void tls_relay::pass(side& from, std::span<const std::byte> bytes) noexcept {
    side& to = other(from);
    if (to.waiting.empty()) {
        const auto taken = to.stream->write({&bytes, 1});
        if (!taken) return ended(to, taken.error());
        bytes = bytes.subspan(*taken);
    }
    if (bytes.empty()) return;
    try {
        to.waiting.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    } catch (const std::bad_alloc&) {
        return ended(redis_, std::make_error_code(std::errc::not_enough_memory));
    }
    from.stream->pause();
}

/// Called only if bytes were waiting, or when the connection to Redis has ended.
void tls_relay::flush(side& to) noexcept {
    const auto bytes = std::as_bytes(std::span(to.waiting));
    if (!bytes.empty()) {
        const auto taken = to.stream->write({&bytes, 1});
        if (!taken) return ended(to, taken.error());
        to.waiting.erase(0, *taken);
    }
    if (!to.waiting.empty()) return;
    if (!ended_) return other(to).stream->resume();
    if (&to == &library_) to.stream->half_close();
}

/// When Redis has ended: hiredis still reads the bytes that have arrived, and then the end. When
/// hiredis has ended, there is nothing to do: it has closed this relay, or is about to.
void tls_relay::ended(side& which, std::error_code why) noexcept {
    if (&which == &library_ || std::exchange(ended_, true)) return;
    error_ = why;
    flush(library_);
}

} // namespace weft
