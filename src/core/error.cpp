// SPDX-License-Identifier: MIT
// The message of each error, and the conditions that it matches.
#include <weft/core/error.hpp>

#include <string>

namespace weft {
namespace {

const char* words(errc code) noexcept {
    switch (code) {
    case errc::bad_uri: return "not a valid WebSocket URI";
    case errc::unsupported_scheme: return "the URI's scheme is neither ws nor wss";
    case errc::bad_header: return "a header holds a byte that is not allowed there";
    case errc::reserved_header:
        return "this header is reserved: the handshake or HTTP's framing sets it";
    case errc::bad_request: return "malformed HTTP request";
    case errc::bad_method: return "the upgrade request is not a GET";
    case errc::bad_http_version: return "another version of HTTP than the required 1.1";
    case errc::bad_host: return "the Host header is missing, repeated or malformed";
    case errc::misdirected: return "Host names another server than TLS was opened for";
    case errc::bad_upgrade: return "the Upgrade header does not name websocket";
    case errc::bad_connection: return "the Connection header does not name upgrade";
    case errc::bad_key:
        return "Sec-WebSocket-Key is missing, repeated or not 24 characters of base64";
    case errc::bad_version: return "Sec-WebSocket-Version is not 13";
    case errc::bad_subprotocol: return "Sec-WebSocket-Protocol is malformed or names one twice";
    case errc::bad_extension: return "Sec-WebSocket-Extensions is malformed";
    case errc::header_too_large: return "the HTTP head exceeds its size limit";
    case errc::too_many_headers: return "the HTTP head has too many headers";
    case errc::body_too_large: return "the HTTP body exceeds its size limit";
    case errc::unknown_expectation: return "the Expect header names more than 100-continue";
    case errc::unknown_transfer_coding:
        return "the Transfer-Encoding header names another coding than chunked";
    case errc::rejected: return "the handshake was rejected";
    case errc::bad_response: return "malformed HTTP response";
    case errc::not_upgraded: return "the server did not switch to WebSocket";
    case errc::bad_accept: return "Sec-WebSocket-Accept is missing or wrong";
    case errc::no_subprotocol: return "the server agreed on none of the subprotocols offered";
    case errc::bad_via: return "via has no port, or is neither HOST:PORT nor unix:PATH";
    case errc::unexpected_subprotocol: return "the server chose a subprotocol that was not offered";
    case errc::unexpected_extension: return "the server chose an extension that was not offered";
    case errc::bad_proxy:
        return "the proxy's URL is not http://HOST:PORT or socks5://HOST:PORT, or its credentials "
               "cannot be sent";
    case errc::bad_proxy_answer: return "the proxy's answer is malformed";
    case errc::proxy_authentication:
        return "the proxy wants credentials, or did not accept the credentials";
    case errc::proxy_refused: return "the proxy refused to connect to the server";
    case errc::bad_redirect: return "the server redirects to no usable URI";
    case errc::insecure_redirect: return "the server redirects from wss: to ws:";
    case errc::too_many_redirects: return "the server redirects too often";
    case errc::bad_proxy_header: return "the PROXY protocol's header is missing or malformed";
    case errc::bad_forwarded_for:
        return "X-Forwarded-For or Forwarded is malformed, or they disagree";
    case errc::reserved_bits: return "reserved bits are set";
    case errc::reserved_opcode: return "reserved opcode";
    case errc::bad_mask: return "a client's frame is not masked, or a server's is";
    case errc::bad_length: return "the frame's length is malformed";
    case errc::control_too_long: return "a control frame exceeds 125 bytes";
    case errc::control_fragmented: return "a control frame is fragmented";
    case errc::unexpected_continuation: return "a continuation frame without a message";
    case errc::expected_continuation: return "a new message began inside a fragmented one";
    case errc::bad_utf8: return "text is not valid UTF-8";
    case errc::bad_compressed_data: return "a compressed message cannot be decompressed";
    case errc::bad_close_payload: return "malformed close frame";
    case errc::bad_close_code: return "invalid close code";
    case errc::frame_too_big: return "a frame exceeds its size limit";
    case errc::message_too_big: return "a message exceeds its size limit";
    case errc::too_many_fragments: return "a message has too many fragments";
    case errc::handshake_timeout: return "the opening handshake timed out";
    case errc::close_timeout: return "the closing handshake timed out";
    case errc::idle_timeout: return "nothing was received for longer than the idle timeout";
    case errc::pong_timeout: return "a ping was not answered in time";
    case errc::message_timeout: return "an unfinished message arrived too slowly";
    case errc::write_stalled: return "the peer took no output for too long";
    case errc::unauthenticated: return "the client did not authenticate by its first message";
    case errc::output_too_slow: return "the peer took output more slowly than the minimum rate";
    case errc::resolve_timeout: return "looking up the host name timed out";
    case errc::connect_timeout: return "connecting timed out";
    case errc::proxy_timeout: return "the proxy did not connect to the server in time";
    case errc::tls_timeout: return "the TLS handshake timed out";
    case errc::unexpected_eof: return "the peer ended the stream without a close frame";
    case errc::not_open: return "the connection is not open";
    case errc::over_memory_budget: return "the memory budget was used up, most by this connection";
    case errc::queue_full: return "the limit on queued output was reached";
    case errc::aborted: return "the connection was aborted";
    case errc::shut_down: return "the endpoint was shut down";
    case errc::handler_threw: return "a handler threw an exception";
    case errc::bad_argument: return "an argument of the call is not valid";
    case errc::bad_address: return "neither ADDRESS:PORT, such as [::1]:80, nor unix:PATH";
    case errc::no_resolver:
        return "this is a host name: the loop has no resolver, or the call takes only addresses";
    case errc::no_tls:
        return "wss: needs TLS: give the client a weft::tls_client, of the component weft::tls";
    case errc::not_activated:
        return "no descriptor was passed to this process (LISTEN_PID, LISTEN_FDS)";
    case errc::too_many_connections: return "too many connections";
    case errc::too_many_from_address: return "too many connections from one address";
    case errc::too_many_handshakes: return "too many connections in their handshake";
    case errc::not_pollable:
        return "a regular file, or another descriptor that cannot be waited for";
    case errc::no_descriptor:
        return "the engines poll and virtual time have no descriptor that a host can watch";
    case errc::already_attached: return "the loop is attached to a host";
    case errc::signals_taken: return "another loop of this process handles signals";
    case errc::forked: return "the loop belongs to the parent process";
    case errc::gone: return "the loop or the connection no longer exists";
    case errc::already_subscribed: return "the connection already subscribes to this topic";
    case errc::outcome_unknown: return "the connection to the broker was lost before it answered";
    }
    return "unknown error";
}

bool is_limit(errc code) noexcept {
    switch (code) {
    case errc::header_too_large:
    case errc::too_many_headers:
    case errc::body_too_large:
    case errc::frame_too_big:
    case errc::message_too_big:
    case errc::too_many_fragments:
    case errc::too_many_connections:
    case errc::too_many_from_address:
    case errc::too_many_handshakes:
    case errc::too_many_redirects:
    case errc::over_memory_budget:
    case errc::queue_full: return true;
    default: return false;
    }
}

bool is_timeout(errc code) noexcept {
    switch (code) {
    case errc::handshake_timeout:
    case errc::close_timeout:
    case errc::idle_timeout:
    case errc::pong_timeout:
    case errc::message_timeout:
    case errc::write_stalled:
    case errc::output_too_slow:
    case errc::resolve_timeout:
    case errc::connect_timeout:
    case errc::proxy_timeout:
    case errc::tls_timeout: return true;
    default: return false;
    }
}

bool is_misuse(errc code) noexcept {
    switch (code) {
    case errc::bad_uri:
    case errc::unsupported_scheme:
    case errc::bad_header:
    case errc::reserved_header:
    case errc::bad_proxy:
    case errc::bad_via:
    case errc::not_open:
    case errc::bad_argument:
    case errc::bad_address:
    case errc::no_resolver:
    case errc::no_tls:
    case errc::not_activated:
    case errc::not_pollable:
    case errc::no_descriptor:
    case errc::already_attached:
    case errc::signals_taken:
    case errc::forked:
    case errc::gone:
    case errc::already_subscribed: return true;
    default: return false;
    }
}

bool is_peer_fault(errc code) noexcept {
    switch (code) {
    case errc::no_subprotocol:
    case errc::bad_via:
    case errc::bad_proxy:
    case errc::proxy_authentication:
    case errc::outcome_unknown:
    case errc::proxy_refused: return false;
    default: break;
    }
    return code >= errc::bad_request && code <= errc::bad_close_code && !is_limit(code) &&
           code != errc::rejected && code != errc::not_upgraded;
}

bool is_refusal(errc code) noexcept {
    return code == errc::proxy_refused || code == errc::proxy_authentication ||
           code == errc::not_upgraded;
}

class weft_category final : public std::error_category {
public:
    const char* name() const noexcept override { return "weft"; }
    std::string message(int code) const override { return words(static_cast<errc>(code)); }
};

class weft_conditions final : public std::error_category {
public:
    const char* name() const noexcept override { return "weft-condition"; }
    std::string message(int which) const override {
        switch (static_cast<condition>(which)) {
        case condition::protocol_error: return "the peer broke the protocol";
        case condition::limit: return "a limit was reached";
        case condition::timeout: return "a deadline passed";
        case condition::misuse: return "the application made a call that cannot succeed";
        case condition::refused: return "the peer or a proxy refused";
        }
        return "unknown condition";
    }
    bool equivalent(const std::error_code& code, int which) const noexcept override {
        if (code.category() != weft::error_category()) {
            return static_cast<condition>(which) == condition::timeout &&
                   code == std::errc::timed_out;
        }
        const auto error = static_cast<errc>(code.value());
        switch (static_cast<condition>(which)) {
        case condition::protocol_error: return is_peer_fault(error);
        case condition::limit: return is_limit(error);
        case condition::timeout: return is_timeout(error);
        case condition::misuse: return is_misuse(error);
        case condition::refused: return is_refusal(error);
        }
        return false;
    }
};

} // namespace

const std::error_category& error_category() noexcept {
    static const weft_category category;
    return category;
}

const std::error_category& condition_category() noexcept {
    static const weft_conditions category;
    return category;
}

} // namespace weft
