// SPDX-License-Identifier: MIT
// Close codes: the ranges of RFC 6455 §7.4, the mapping from errors, and the names.
#include <weft/core/close_code.hpp>

#include <weft/core/error.hpp>

namespace weft {

bool may_be_sent(close_code code) noexcept {
    // 1004 is reserved; 1005, 1006 and 1015 MUST NOT be sent in a frame (RFC 6455 §7.4.1).
    const auto number = static_cast<unsigned>(code);
    return (number >= 1000 && number <= 1003) || (number >= 1007 && number <= 1014) ||
           (number >= 3000 && number <= 4999);
}

bool may_be_received(close_code code) noexcept { return may_be_sent(code); }

close_code close_code_for(std::error_code why) noexcept {
    if (!why) return close_code::normal;
    if (why.category() != error_category()) return close_code::internal_error;
    switch (static_cast<errc>(why.value())) {
    case errc::bad_utf8:
    case errc::bad_compressed_data: return close_code::invalid_payload;
    case errc::frame_too_big:
    case errc::message_too_big: return close_code::message_too_big;
    case errc::too_many_fragments:
    case errc::message_timeout:
    case errc::queue_full: return close_code::policy_violation;
    case errc::unauthenticated: return close_code::unauthorized;
    case errc::over_memory_budget: return close_code::try_again_later;
    case errc::shut_down:
    case errc::aborted:
    case errc::idle_timeout:
    case errc::close_timeout: return close_code::going_away;
    // Most servers send this code for a ping timeout. A client that still receives it should
    // reconnect.
    case errc::pong_timeout: return close_code::internal_error;
    case errc::unexpected_extension: return close_code::protocol_error;
    default: break;
    }
    return why == condition::protocol_error ? close_code::protocol_error
                                            : close_code::internal_error;
}

/// Each reason fits into a std::string without an allocation: it may be sent when memory is short.
std::string_view close_reason_for(std::error_code why) noexcept {
    if (why == errc::shut_down) return "shutting down";
    if (why == errc::pong_timeout) return "ping timeout";
    if (why == errc::idle_timeout) return "idle timeout";
    if (why == errc::unauthenticated) return "unauthorized";
    return {};
}

close_code sendable(close_code code) noexcept {
    if (code == close_code::no_status || may_be_sent(code)) return code;
    return close_code::internal_error;
}

std::string_view name(close_code code) noexcept {
    switch (code) {
    case close_code::normal: return "normal";
    case close_code::going_away: return "going away";
    case close_code::protocol_error: return "protocol error";
    case close_code::unsupported_data: return "unsupported data";
    case close_code::no_status: return "no status";
    case close_code::abnormal: return "abnormal";
    case close_code::invalid_payload: return "invalid payload";
    case close_code::policy_violation: return "policy violation";
    case close_code::message_too_big: return "message too big";
    case close_code::mandatory_extension: return "mandatory extension";
    case close_code::internal_error: return "internal error";
    case close_code::service_restart: return "service restart";
    case close_code::try_again_later: return "try again later";
    case close_code::bad_gateway: return "bad gateway";
    case close_code::tls_handshake: return "TLS handshake";
    case close_code::unauthorized: return "unauthorized";
    }
    const auto number = static_cast<unsigned>(code);
    if (number >= 3000 && number <= 3999) return "library code";
    if (number >= 4000 && number <= 4999) return "application code";
    return "reserved code";
}

} // namespace weft
