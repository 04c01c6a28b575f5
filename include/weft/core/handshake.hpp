// SPDX-License-Identifier: MIT
// The opening handshake (RFC 6455 §4) as pure functions, for both roles: what is asked, what is
// answered, and every check. Knows no connection; random bytes are arguments.
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

/// What Sec-WebSocket-Accept answers to `key`. RFC 6455 §4.2.2, item 5.4.
[[nodiscard]] std::string accept_key(std::string_view key);

/// True when the request means to open a WebSocket, well-formed or not: Upgrade names
/// `websocket`, or a Sec-WebSocket-Key is there. All else is a plain request, and so is whatever
/// HTTP/1.0 asks for (RFC 9110 §7.8).
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
/// `bad_request` for a body. Headers whose list is empty are as if they were not there.
[[nodiscard]] result<upgrade_offer> check_upgrade(const http_request& request);

/// The response that tells a client why its request was refused.
[[nodiscard]] http_response refusal(std::error_code why);

/// The bytes of the server's handshake. RFC 6455 §4.2.2.
///
/// `subprotocol` is empty or one of those offered, otherwise `errc::bad_subprotocol`. `extra` may
/// add headers; one that is malformed is `errc::bad_header`, one that belongs to the handshake or
/// the framing `errc::reserved_header`. `extensions` is what was agreed on, empty for nothing;
/// `errc::bad_header` if it is malformed.
[[nodiscard]] result<std::string> make_upgrade_response(const upgrade_offer& offer,
                                                        std::string_view subprotocol,
                                                        const http_fields& extra = {},
                                                        std::string_view extensions = {});

/// The bytes of the client's handshake. RFC 6455 §4.1.
///
/// `extra` may add headers (Origin, Cookie, Authorization, ...) and replace Host; one that is
/// malformed is `errc::bad_header`, one that belongs to the handshake or the framing
/// `errc::reserved_header`. A subprotocol that is no token or is named twice is
/// `errc::bad_subprotocol`. `extensions` is what to offer, empty for nothing; `errc::bad_header` if
/// it is malformed.
[[nodiscard]] result<std::string> make_upgrade_request(const uri& target, handshake_nonce nonce,
                                                       const std::vector<std::string>& subprotocols,
                                                       const http_fields& extra = {},
                                                       std::string_view extensions = {});

/// Checks the server's handshake; sets `chosen_subprotocol` (empty for none) when it is in order.
///
/// Extensions in it are left to `chosen_extension` if `extensions_offered`.
/// RFC 6455 §4.1. Fails with `not_upgraded` for a status other than 101, `bad_http_version`,
/// `bad_upgrade`, `bad_connection`, `bad_accept`, `unexpected_subprotocol` or
/// `unexpected_extension`.
[[nodiscard]] std::error_code check_upgrade_response(const http_response_head& response,
                                                     handshake_nonce nonce,
                                                     const std::vector<std::string>& offered,
                                                     std::string& chosen_subprotocol,
                                                     bool extensions_offered = false);

/// The extension that a server has chosen, null for none. Fails with `bad_extension`, or with
/// `unexpected_extension` for several.
[[nodiscard]] result<std::optional<extension>> chosen_extension(const http_response_head& response);

} // namespace weft
