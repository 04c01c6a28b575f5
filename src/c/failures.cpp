// SPDX-License-Identifier: MIT
// The numbers of errors, which stay the same in all versions, and their texts.
#include "c/failures.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <weft/core/error.hpp>
#include <weft/loop/resolve_error.hpp>

#ifdef WEFT_C_HAS_TLS
#include <weft/tls/tls_error.hpp>
#endif

namespace weft::c {
namespace {

using short_text = std::array<char, 256>;

thread_local short_text latest_text{};
thread_local short_text latest_detail{};

const char* write(short_text& to, std::string_view text) noexcept {
    const auto size = std::min(text.size(), to.size() - 1);
    std::copy_n(text.data(), size, to.data());
    to[size] = '\0';
    return to.data();
}

// Without a default, so that the compiler warns of an error that has no number yet.
constexpr int number_of_own(errc code) noexcept {
    switch (code) {
    case errc::bad_uri: return WEFT_E_BAD_URI;
    case errc::unsupported_scheme: return WEFT_E_UNSUPPORTED_SCHEME;
    case errc::bad_header: return WEFT_E_BAD_HEADER;
    case errc::reserved_header: return WEFT_E_RESERVED_HEADER;
    case errc::bad_request: return WEFT_E_BAD_REQUEST;
    case errc::bad_method: return WEFT_E_BAD_METHOD;
    case errc::bad_http_version: return WEFT_E_BAD_HTTP_VERSION;
    case errc::bad_host: return WEFT_E_BAD_HOST;
    case errc::misdirected: return WEFT_E_MISDIRECTED;
    case errc::bad_upgrade: return WEFT_E_BAD_UPGRADE;
    case errc::bad_connection: return WEFT_E_BAD_CONNECTION;
    case errc::bad_key: return WEFT_E_BAD_KEY;
    case errc::bad_version: return WEFT_E_BAD_VERSION;
    case errc::bad_subprotocol: return WEFT_E_BAD_SUBPROTOCOL;
    case errc::bad_extension: return WEFT_E_BAD_EXTENSION;
    case errc::header_too_large: return WEFT_E_HEADER_TOO_LARGE;
    case errc::too_many_headers: return WEFT_E_TOO_MANY_HEADERS;
    case errc::body_too_large: return WEFT_E_BODY_TOO_LARGE;
    case errc::unknown_expectation: return WEFT_E_UNKNOWN_EXPECTATION;
    case errc::unknown_transfer_coding: return WEFT_E_UNKNOWN_TRANSFER_CODING;
    case errc::rejected: return WEFT_E_REJECTED;
    case errc::bad_response: return WEFT_E_BAD_RESPONSE;
    case errc::not_upgraded: return WEFT_E_NOT_UPGRADED;
    case errc::bad_accept: return WEFT_E_BAD_ACCEPT;
    case errc::unexpected_subprotocol: return WEFT_E_UNEXPECTED_SUBPROTOCOL;
    case errc::no_subprotocol: return WEFT_E_NO_SUBPROTOCOL;
    case errc::unexpected_extension: return WEFT_E_UNEXPECTED_EXTENSION;
    case errc::bad_via: return WEFT_E_BAD_VIA;
    case errc::bad_proxy: return WEFT_E_BAD_PROXY;
    case errc::bad_proxy_answer: return WEFT_E_BAD_PROXY_ANSWER;
    case errc::proxy_authentication: return WEFT_E_PROXY_AUTHENTICATION;
    case errc::proxy_refused: return WEFT_E_PROXY_REFUSED;
    case errc::bad_redirect: return WEFT_E_BAD_REDIRECT;
    case errc::insecure_redirect: return WEFT_E_INSECURE_REDIRECT;
    case errc::too_many_redirects: return WEFT_E_TOO_MANY_REDIRECTS;
    case errc::bad_proxy_header: return WEFT_E_BAD_PROXY_HEADER;
    case errc::bad_forwarded_for: return WEFT_E_BAD_FORWARDED_FOR;
    case errc::reserved_bits: return WEFT_E_RESERVED_BITS;
    case errc::reserved_opcode: return WEFT_E_RESERVED_OPCODE;
    case errc::bad_mask: return WEFT_E_BAD_MASK;
    case errc::bad_length: return WEFT_E_BAD_LENGTH;
    case errc::control_too_long: return WEFT_E_CONTROL_TOO_LONG;
    case errc::control_fragmented: return WEFT_E_CONTROL_FRAGMENTED;
    case errc::unexpected_continuation: return WEFT_E_UNEXPECTED_CONTINUATION;
    case errc::expected_continuation: return WEFT_E_EXPECTED_CONTINUATION;
    case errc::bad_utf8: return WEFT_E_BAD_UTF8;
    case errc::bad_compressed_data: return WEFT_E_BAD_COMPRESSED_DATA;
    case errc::bad_close_payload: return WEFT_E_BAD_CLOSE_PAYLOAD;
    case errc::bad_close_code: return WEFT_E_BAD_CLOSE_CODE;
    case errc::frame_too_big: return WEFT_E_FRAME_TOO_BIG;
    case errc::message_too_big: return WEFT_E_MESSAGE_TOO_BIG;
    case errc::too_many_fragments: return WEFT_E_TOO_MANY_FRAGMENTS;
    case errc::handshake_timeout: return WEFT_E_HANDSHAKE_TIMEOUT;
    case errc::close_timeout: return WEFT_E_CLOSE_TIMEOUT;
    case errc::idle_timeout: return WEFT_E_IDLE_TIMEOUT;
    case errc::pong_timeout: return WEFT_E_PONG_TIMEOUT;
    case errc::message_timeout: return WEFT_E_MESSAGE_TIMEOUT;
    case errc::write_stalled: return WEFT_E_WRITE_STALLED;
    case errc::unauthenticated: return WEFT_E_UNAUTHENTICATED;
    case errc::output_too_slow: return WEFT_E_OUTPUT_TOO_SLOW;
    case errc::resolve_timeout: return WEFT_E_RESOLVE_TIMEOUT;
    case errc::connect_timeout: return WEFT_E_CONNECT_TIMEOUT;
    case errc::proxy_timeout: return WEFT_E_PROXY_TIMEOUT;
    case errc::tls_timeout: return WEFT_E_TLS_TIMEOUT;
    case errc::unexpected_eof: return WEFT_E_UNEXPECTED_EOF;
    case errc::not_open: return WEFT_E_NOT_OPEN;
    case errc::over_memory_budget: return WEFT_E_OVER_MEMORY_BUDGET;
    case errc::queue_full: return WEFT_E_QUEUE_FULL;
    case errc::aborted: return WEFT_E_ABORTED;
    case errc::shut_down: return WEFT_E_SHUT_DOWN;
    case errc::handler_threw: return WEFT_E_HANDLER_THREW;
    case errc::bad_argument: return WEFT_E_BAD_ARGUMENT;
    case errc::bad_address: return WEFT_E_BAD_ADDRESS;
    case errc::no_resolver: return WEFT_E_NO_RESOLVER;
    case errc::no_tls: return WEFT_E_NO_TLS;
    case errc::not_activated: return WEFT_E_NOT_ACTIVATED;
    case errc::too_many_connections: return WEFT_E_TOO_MANY_CONNECTIONS;
    case errc::too_many_from_address: return WEFT_E_TOO_MANY_FROM_ADDRESS;
    case errc::too_many_handshakes: return WEFT_E_TOO_MANY_HANDSHAKES;
    case errc::not_pollable: return WEFT_E_NOT_POLLABLE;
    case errc::no_descriptor: return WEFT_E_NO_DESCRIPTOR;
    case errc::already_attached: return WEFT_E_ALREADY_ATTACHED;
    case errc::signals_taken: return WEFT_E_SIGNALS_TAKEN;
    case errc::forked: return WEFT_E_FORKED;
    case errc::gone: return WEFT_E_GONE;
    case errc::already_subscribed: return WEFT_E_ALREADY_SUBSCRIBED;
    case errc::outcome_unknown: return WEFT_E_OUTCOME_UNKNOWN;
    }
    return WEFT_E_OTHER;
}

std::error_code own_code(int number) noexcept {
    for (int value = 1; value < 1000; ++value) {
        if (number_of_own(static_cast<errc>(value)) == number) return static_cast<errc>(value);
    }
    return {};
}

constexpr int of_the_tls_library = 999; // beyond WEFT_E_TLS: an error of the TLS library itself

std::string text_of(int number) {
    if (number == WEFT_OK) return "no error";
    if (number == WEFT_E_NO_MEMORY) return "out of memory";
    if (number >= WEFT_E_SYSTEM) {
        return std::generic_category().message(number - WEFT_E_SYSTEM);
    }
    if (number > WEFT_E_RESOLVE) return resolve_category().message(number - WEFT_E_RESOLVE);
#ifdef WEFT_C_HAS_TLS
    if (number > WEFT_E_TLS && number < WEFT_E_TLS + of_the_tls_library) {
        return tls_category().message(number - WEFT_E_TLS);
    }
#endif
    if (number == WEFT_E_TLS + of_the_tls_library) return "an error of the TLS library";
    if (const auto code = own_code(number)) return code.message();
    return "another error";
}

} // namespace

int number_of(std::error_code code) noexcept {
    const auto& category = code.category();
    if (!code) return WEFT_OK;
    if (code == std::errc::not_enough_memory) return WEFT_E_NO_MEMORY;
    if (category == error_category()) return number_of_own(static_cast<errc>(code.value()));
    if (category == std::system_category() || category == std::generic_category()) {
        return WEFT_E_SYSTEM + code.value();
    }
    if (category == resolve_category()) return WEFT_E_RESOLVE + code.value();
#ifdef WEFT_C_HAS_TLS
    if (category == tls_category()) return WEFT_E_TLS + code.value();
    if (category == openssl_category()) return WEFT_E_TLS + of_the_tls_library;
#endif
    return WEFT_E_OTHER;
}

void set_detail(std::string_view detail) noexcept {
    write(latest_detail, detail);
}

} // namespace weft::c

const char* weft_error_text(int error) {
    using namespace weft::c;
    try {
        return write(latest_text, text_of(error));
    } catch (...) {
        return "out of memory";
    }
}

const char* weft_error_detail(void) {
    return weft::c::latest_detail.data();
}

const char* weft_version(void) {
    return WEFT_C_VERSION;
}
