// SPDX-License-Identifier: MIT
// Redirects of a client: their target, and the headers that must not be sent there. Does not depend
// on connections.
#pragma once

#include <weft/connection/connection_options.hpp>
#include <weft/core/http_head.hpp>
#include <weft/core/uri.hpp>

namespace weft {

/// Returns whether the response is a redirect. RFC 9110 §15.4.
[[nodiscard]] bool is_redirect(const http_response_head& response) noexcept;

/// Returns the redirect's target; see `uri::redirected`.
[[nodiscard]] result<uri> redirect_target(const uri& from, const http_response_head& response);

/// Removes options that must not be used for another server: credentials, the Host header, and
/// `via` if there is no proxy. Keeps them if `to` has the same host and port as `from`; a redirect
/// of a host from `ws:` at port 80 to `wss:` at port 443 also counts as the same.
void forget_secrets(connect_options& options, const uri& from, const uri& to) noexcept;

} // namespace weft
