// SPDX-License-Identifier: MIT
// Hides secrets in text for logs and error messages: credentials in URIs, and query values whose
// names say that they are secret.
#pragma once

#include <string>
#include <string_view>

#include <weft/core/language.hpp>

namespace weft {

/// Returns `text`, a URI or the target of a request, with `***` in place of secrets: the user name
/// and password, which `without_credentials` finds, and the values of query parameters for which
/// `is_secret_name` returns true.
///
/// `text` need not be valid. Two kinds of text have no user name, so an `@` in them hides nothing:
/// a valid WebSocket URI, and the target of a request, which begins with a slash. A target counts
/// as a URL without its scheme, however, if a second slash follows the first or a colon comes
/// before the `@`. Secrets in the path are not recognised. Does not escape control characters.
[[nodiscard]] std::string without_secrets(std::string_view text);

/// Returns whether a query parameter or a header of this name usually holds a secret.
///
/// Ignores case. True for names that contain `token`, `secret`, `passw`, `signature`, `credential`,
/// `authorization`, `session`, `cookie` or the like, for names that end with `key` or `auth`, and
/// for names with one of these as a whole word: `auth`, `code`, `key`, `otp`, `pass`, `pin`, `pw`,
/// `pwd`, `sid`, `sig`, `ticket`. So it is true for the headers Authorization, Proxy-Authorization,
/// Cookie, Set-Cookie and X-Api-Key, and false for Sec-WebSocket-Key, which is no secret.
[[nodiscard]] bool is_secret_name(std::string_view name);

} // namespace weft
