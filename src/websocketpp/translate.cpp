// SPDX-License-Identifier: MIT
// Translates between Weft's types and those of WebSocket++.
#include <websocketpp/detail/translate.hpp>

#include <array>
#include <string_view>

#include <weft/core/http_fields.hpp>

#include <websocketpp/error.hpp>
#include <websocketpp/processors/base.hpp>
#include <websocketpp/transport/base/connection.hpp>

namespace websocketpp::detail {
namespace {

namespace proc = processor::error;

std::error_code of_handshake(weft::errc which) {
    switch (which) {
    case weft::errc::bad_request: return error::http_parse_error;
    case weft::errc::bad_method: return proc::invalid_http_method;
    case weft::errc::bad_http_version: return proc::invalid_http_version;
    case weft::errc::bad_version: return error::unsupported_version;
    case weft::errc::bad_host:
    case weft::errc::bad_upgrade:
    case weft::errc::bad_connection:
    case weft::errc::bad_key:
    case weft::errc::bad_accept: return proc::missing_required_header;
    case weft::errc::bad_subprotocol: return proc::subprotocol_parse_error;
    case weft::errc::bad_extension: return proc::extension_parse_error;
    case weft::errc::unexpected_extension: return error::extension_neg_failed;
    case weft::errc::unexpected_subprotocol: return error::unrequested_subprotocol;
    case weft::errc::bad_response:
    case weft::errc::header_too_large:
    case weft::errc::too_many_headers:
    case weft::errc::body_too_large: return error::http_parse_error;
    case weft::errc::not_upgraded: return proc::invalid_http_status;
    case weft::errc::rejected: return error::rejected;
    case weft::errc::handshake_timeout: return error::open_handshake_timeout;
    case weft::errc::bad_uri:
    case weft::errc::unsupported_scheme: return error::invalid_uri;
    default: return {};
    }
}

std::error_code of_frames(weft::errc which) {
    switch (which) {
    case weft::errc::reserved_bits: return proc::invalid_rsv_bit;
    case weft::errc::reserved_opcode: return proc::invalid_opcode;
    case weft::errc::bad_length: return proc::non_minimal_encoding;
    case weft::errc::control_too_long: return proc::control_too_big;
    case weft::errc::control_fragmented: return proc::fragmented_control;
    case weft::errc::unexpected_continuation:
    case weft::errc::expected_continuation: return proc::invalid_continuation;
    case weft::errc::bad_utf8: return proc::invalid_utf8;
    case weft::errc::bad_compressed_data: return proc::invalid_payload;
    case weft::errc::bad_close_payload: return error::bad_close_code;
    case weft::errc::bad_close_code: return error::invalid_close_code;
    case weft::errc::frame_too_big:
    case weft::errc::message_too_big: return proc::message_too_big;
    case weft::errc::too_many_fragments: return proc::protocol_violation;
    case weft::errc::close_timeout: return error::close_handshake_timeout;
    case weft::errc::unexpected_eof: return transport::error::eof;
    case weft::errc::aborted: return error::operation_canceled;
    default: return error::general;
    }
}

} // namespace

std::error_code translate_error(std::error_code why, bool is_truncated) {
    if (!why || why.category() != weft::error_category()) return why;
    const auto which = static_cast<weft::errc>(why.value());
    if (which == weft::errc::unexpected_eof && is_truncated) {
        return transport::error::tls_short_read;
    }
    if (which == weft::errc::bad_mask) return proc::masking_required;
    if (const std::error_code known = of_handshake(which)) return known;
    return of_frames(which);
}

weft::http_fields own_headers(http::parser::parser const& from) {
    static constexpr std::array<std::string_view, 10> of_session{
        "Connection",          "Content-Length",
        "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions",
        "Sec-WebSocket-Key",   "Sec-WebSocket-Protocol",
        "Sec-WebSocket-Version", "Transfer-Encoding",
        "Upgrade",             "Date"};
    weft::http_fields fields;
    for (auto const& [name, value] : from.get_headers()) {
        bool own = true;
        for (const std::string_view each : of_session) {
            own = own && !weft::equal_ignoring_case(each, name);
        }
        if (own) fields.push_back({name, value});
    }
    return fields;
}

void copy_headers(weft::http_head const& from, http::parser::parser& to) {
    to.set_version("HTTP/1." + std::to_string(from.version_minor()));
    for (std::size_t i = 0; i < from.size(); ++i) {
        const weft::http_field_view each = from.at(i);
        to.append_header(std::string(each.name), std::string(each.value));
    }
}

uri_ptr requested_uri(weft::http_request const& request, bool is_secure, bool is_http) {
    std::string scheme = is_http ? "http" : "ws";
    if (is_secure) scheme += 's';
    const std::string_view target = request.target();
    if (!target.starts_with('/')) return std::make_shared<uri>(std::string(target));
    return std::make_shared<uri>(scheme + "://" + std::string(request.host()) +
                                 std::string(target));
}

weft::result<weft::uri> translate_uri(uri const& from) {
    return weft::uri::parse((from.get_secure() ? "wss://" : "ws://") + from.get_authority() +
                            from.get_resource());
}

} // namespace websocketpp::detail
