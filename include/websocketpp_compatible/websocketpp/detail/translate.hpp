// SPDX-License-Identifier: MIT
// Translates between Weft's types and those of WebSocket++: errors, headers, requests, responses.
#pragma once

#include <string>
#include <system_error>

#include <weft/core/error.hpp>
#include <weft/core/http_head.hpp>
#include <weft/core/report.hpp>
#include <weft/core/uri.hpp>

#include <websocketpp/http/parser.hpp>
#include <websocketpp/uri.hpp>

namespace websocketpp::detail {

/// Returns the error of WebSocket++ that means the same; `is_truncated` if the stream ended without
/// the closing alert of TLS.
std::error_code translate_error(std::error_code why, bool is_truncated);

/// Returns the headers that an application may set; the session sets the others.
weft::http_fields own_headers(http::parser::parser const& from);

/// Copies all headers, those of the same name joined.
void copy_headers(weft::http_head const& from, http::parser::parser& to);

/// Returns the URI that a request asks for.
uri_ptr requested_uri(weft::http_request const& request, bool is_secure, bool is_http);

/// Returns the same URI for Weft, or an error.
weft::result<weft::uri> translate_uri(uri const& from);

} // namespace websocketpp::detail
