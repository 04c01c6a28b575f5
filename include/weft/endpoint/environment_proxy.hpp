// SPDX-License-Identifier: MIT
// The proxy that the environment variables of this process name.
#pragma once

#include <string>

#include <weft/core/uri.hpp>

namespace weft {

/// Returns the proxy for `target` from the environment, as `connect_options::proxy` expects it;
/// empty if none.
///
/// Reads `http_proxy` for `ws:` (lower case only: HTTP_PROXY can be set by a request's header),
/// `https_proxy` and `HTTPS_PROXY` for `wss:`, and then `all_proxy` and `ALL_PROXY`. `no_proxy` (or
/// `NO_PROXY`) is a comma-separated list of targets that need no proxy: `*`, a host name including
/// all names below it, an address, or a prefix such as 10.0.0.0/8, each optionally with `:port` to
/// match only that port. No other thread may change the environment meanwhile.
[[nodiscard]] std::string environment_proxy(const uri& target);

} // namespace weft
