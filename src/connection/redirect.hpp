// SPDX-License-Identifier: MIT
// What a client makes of a redirect: where it leads, and what must not go there. Knows no
// connection.
#pragma once

#include <weft/connection/connection_options.hpp>
#include <weft/core/http_head.hpp>
#include <weft/core/uri.hpp>

namespace weft {

/// Whether the server sends the client elsewhere. RFC 9110 §15.4.
[[nodiscard]] bool is_redirect(const http_response_head& response) noexcept;

/// Where to; see `uri::redirected`.
[[nodiscard]] result<uri> redirect_target(const uri& from, const http_response_head& response);

/// Leaves out what only concerned `from`, if `to` is somebody else's.
void forget_secrets(connect_options& options, const uri& from, const uri& to);

} // namespace weft
