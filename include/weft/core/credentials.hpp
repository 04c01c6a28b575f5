// SPDX-License-Identifier: MIT
// Finds credentials in a handshake: a token in a header, cookie, query or subprotocol, and Basic
// credentials. Does not decide whether they are valid.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <weft/core/http_head.hpp>

namespace weft {

/// Where a client may put its token. An empty string turns a place off.
struct token_places {
    /// `Authorization: Bearer TOKEN` (RFC 6750 §2.1). Browsers cannot send it with a WebSocket.
    bool authorization = true;

    /// The prefix of a subprotocol that holds the token, such as "bearer.": a page can send this.
    /// The token may contain only bytes that are allowed in a subprotocol (`is_token_byte`), such
    /// as those of base64url without padding.
    std::string subprotocol = {};

    /// The name of a cookie. Check the origin as well (`origin_policy`): browsers send cookies for
    /// every page.
    std::string cookie = {};

    /// The name of a query parameter. Proxies and servers log queries: use a token that is valid
    /// only once and for a short time.
    std::string query = {};
};

enum class token_place : std::uint8_t { authorization, subprotocol, cookie, query };

struct found_token {
    std::string token;
    token_place place;

    /// The whole subprotocol that held the token; empty for other places. Unless another offered
    /// subprotocol is agreed on, pass this to `connection::accept`: browsers fail a connection for
    /// which they offered subprotocols and the server chose none.
    std::string subprotocol = {};
};

/// Returns the first non-empty token of a request, in the order of `token_places`; nothing if there
/// is none.
[[nodiscard]] std::optional<found_token> find_token(const http_request& request,
                                                    const token_places& where);

/// The user name and password of Basic authentication. RFC 7617.
struct basic_credentials {
    std::string user;
    std::string password;

    /// Compares both in a time that depends only on the lengths.
    [[nodiscard]] bool equal(std::string_view expected_user,
                             std::string_view expected_password) const noexcept;
};

/// Returns the Basic credentials of a request; nothing if there are none or if they are malformed.
[[nodiscard]] std::optional<basic_credentials> find_basic_credentials(const http_request& request);

} // namespace weft
