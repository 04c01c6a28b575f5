// SPDX-License-Identifier: MIT
// The opening handshake (RFC 6455 §4) as pure functions, for both roles: write and check requests
// and responses. Knows no connection; random bytes are arguments.
#pragma once

#include <weft/core/extension.hpp>
#include <weft/core/http_head.hpp>
#include <weft/core/result.hpp>
#include <weft/core/uri.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace weft {

/// Sixteen unpredictable bytes, fresh for each connection. RFC 6455 §4.1, item 7.
using handshake_nonce = std::span<const std::byte, 16>;

/// Returns the value of Sec-WebSocket-Accept for `key`. RFC 6455 §4.2.2, item 5.4.
[[nodiscard]] std::string accept_key(std::string_view key);

/// Returns true if the request asks for a WebSocket, whether well-formed or not: Upgrade names
/// `websocket`, or there is a Sec-WebSocket-Key. Any other request is a plain HTTP request, as is
/// every request of HTTP/1.0 (RFC 9110 §7.8).
[[nodiscard]] bool wants_upgrade(const http_request& request);

/// What a client asks for in its handshake.
struct upgrade_offer {
    std::string key;
    std::vector<std::string> subprotocols; ///< in the client's order of preference
    std::string extensions;                ///< all Sec-WebSocket-Extensions, joined by commas
};

/// Checks a client's handshake. RFC 6455 §4.2.1.
///
/// Fails with `bad_method`, `bad_http_version`, `bad_host`, `bad_upgrade`, `bad_connection`,
/// `bad_key`, `bad_version`, `bad_subprotocol`, `bad_extension`, `unknown_expectation`, or
/// `bad_request` for a body. A header whose list is empty is ignored.
[[nodiscard]] result<upgrade_offer> check_upgrade(const http_request& request);

/// Returns the response to a request that is refused because of `why`.
[[nodiscard]] http_response refusal(std::error_code why);

/// Returns the server's response to an upgrade request, as bytes. RFC 6455 §4.2.2.
///
/// `subprotocol` is empty or one of those offered. `extra` is added to the headers. `extensions` is
/// the value of Sec-WebSocket-Extensions, empty for none. Fails with `errc::bad_subprotocol`, with
/// `errc::bad_header` if `extra` or `extensions` is malformed, and with `errc::reserved_header` if
/// `extra` contains a header of the handshake or the framing.
[[nodiscard]] result<std::string> make_upgrade_response(const upgrade_offer& offer,
                                                        std::string_view subprotocol,
                                                        const http_fields& extra = {},
                                                        std::string_view extensions = {});

/// Returns the client's upgrade request, as bytes. RFC 6455 §4.1.
///
/// `extra` is added to the headers (Origin, Cookie, Authorization, ...) and may replace Host.
/// `extensions` is the value of Sec-WebSocket-Extensions, empty for none. Fails with
/// `errc::bad_subprotocol` for a subprotocol that is not a token or is repeated, with
/// `errc::bad_header` if `extra` or `extensions` is malformed, and with `errc::reserved_header` if
/// `extra` contains a header of the handshake or the framing.
[[nodiscard]] result<std::string> make_upgrade_request(const uri& target, handshake_nonce nonce,
                                                       const std::vector<std::string>& subprotocols,
                                                       const http_fields& extra = {},
                                                       std::string_view extensions = {});

/// Checks the server's response and returns the error; if it is valid, sets `chosen_subprotocol`
/// (empty for none).
///
/// With `extensions_offered`, does not check extensions: call `chosen_extension` for them.
/// RFC 6455 §4.1. Fails with `not_upgraded` for a status other than 101, `bad_http_version`,
/// `bad_upgrade`, `bad_connection`, `bad_accept`, `unexpected_subprotocol` or
/// `unexpected_extension`.
[[nodiscard]] std::error_code check_upgrade_response(const http_response_head& response,
                                                     handshake_nonce nonce,
                                                     const std::vector<std::string>& offered,
                                                     std::string& chosen_subprotocol,
                                                     bool extensions_offered = false);

/// Returns the extension that the server has chosen, or nothing. Fails with `bad_extension`, or
/// with `unexpected_extension` for more than one.
[[nodiscard]] result<std::optional<extension>> chosen_extension(const http_response_head& response);

} // namespace weft
