// SPDX-License-Identifier: MIT
// The proxy that the environment of this process names.
#pragma once

#include <string>

#include <weft/core/uri.hpp>

namespace weft {

/// The proxy for `target` as the environment has it, or nothing: what `connect_options::proxy`
/// takes.
///
/// Looks at `http_proxy` for `ws:` (in small letters only: HTTP_PROXY can be a request's header),
/// at `https_proxy` and `HTTPS_PROXY` for `wss:`, and then at `all_proxy` and `ALL_PROXY`.
/// `no_proxy` (or `NO_PROXY`) lists, with commas, whom to reach without: `*`, a host name with all
/// below it, an address, a prefix such as 10.0.0.0/8, each with `:port` if only that is meant.
/// Reads the environment, so no other thread may be changing it.
[[nodiscard]] std::string environment_proxy(const uri& target);

} // namespace weft
