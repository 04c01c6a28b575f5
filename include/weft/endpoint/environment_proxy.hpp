// SPDX-License-Identifier: MIT
// Finds the proxy for a connection in the environment variables of this process.
#pragma once

#include <string>

#include <weft/core/uri.hpp>

namespace weft {

/// Returns the proxy for `target` as a URL for `connect_options::proxy`; empty if there is none.
///
/// Reads `http_proxy` for `ws:` (lower case only: in a CGI program, a request header can set
/// HTTP_PROXY), `https_proxy` and `HTTPS_PROXY` for `wss:`, and then `all_proxy` and `ALL_PROXY`.
/// `no_proxy` (or `NO_PROXY`) is a comma-separated list of targets that need no proxy: `*`, a host
/// name including all names below it, an address, or a prefix such as 10.0.0.0/8, each optionally
/// with `:port` to match only that port. No other thread may change the environment during the
/// call.
[[nodiscard]] std::string environment_proxy(const uri& target);

} // namespace weft
