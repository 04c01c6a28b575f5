// SPDX-License-Identifier: MIT
// Translates the options of connections.
#include "c/options.hpp"

#include <memory>

#ifdef WEFT_C_HAS_DEFLATE
#include <weft/deflate/permessage_deflate.hpp>
#endif

namespace weft::c {
namespace {

int set_compression(connection_options& to, int wanted) {
    if (!wanted) return WEFT_OK;
#ifdef WEFT_C_HAS_DEFLATE
    to.extension = std::make_shared<permessage_deflate>();
    return WEFT_OK;
#else
    static_cast<void>(to);
    return WEFT_E_BAD_EXTENSION;
#endif
}

void set_timeouts(session_timeouts& to, const weft_connection_options& given) noexcept {
    set_timeout(to.handshake, given.handshake_timeout_ms);
    set_timeout(to.close, given.close_timeout_ms);
    set_timeout(to.idle, given.idle_timeout_ms);
    set_timeout(to.ping_interval, given.ping_interval_ms);
    set_timeout(to.pong, given.pong_timeout_ms);
    set_timeout(to.write_stall, given.write_stall_timeout_ms);
    set_timeout(to.message, given.message_timeout_ms);
}

} // namespace

int set_connection_options(connection_options& to, const weft_connection_options* given) {
    weft_connection_options read;
    if (!read_options(given, read)) return WEFT_E_BAD_ARGUMENT;
    if (read.when_full < WEFT_FULL_PAUSE || read.when_full > WEFT_FULL_CLOSE) {
        return WEFT_E_BAD_ARGUMENT;
    }
    if (read.message_size_max != 0) to.limits.message_size_max = read.message_size_max;
    if (read.queue_size_max != 0) to.queue_size_max = read.queue_size_max;
    to.when_full = static_cast<queue_policy>(read.when_full);
    to.keep_handshake = read.keep_handshake != 0;
    set_timeouts(to.timeouts, read);
    return set_compression(to, read.compression);
}

bool add_headers(http_fields& to, const weft_header* headers, std::size_t count) {
    if (!headers) return count == 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!headers[i].name || !headers[i].value) return false;
        to.push_back({headers[i].name, headers[i].value});
    }
    return true;
}

} // namespace weft::c

int weft_has_compression(void) {
#ifdef WEFT_C_HAS_DEFLATE
    return 1;
#else
    return 0;
#endif
}
