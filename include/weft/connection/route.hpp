// SPDX-License-Identifier: MIT
// Where a request goes: a host, a path, a subprotocol, and what serves them.
#pragma once

#include <string>
#include <string_view>

#include <weft/connection/connection_options.hpp>
#include <weft/connection/handlers.hpp>
#include <weft/core/http_head.hpp>
#include <weft/core/session_options.hpp>

namespace weft {

class connection_set;

/// The host that a request names, in lower case and without its port or last dot.
[[nodiscard]] std::string host_name(const http_request& request);

/// The same of a host with or without a port.
[[nodiscard]] std::string host_name(std::string_view host);

/// A set of handlers and options that connections share.
struct route {
    connection_set* set;
    std::string host; // in lower case; empty for all, and begins with `*.` for all below
    std::string path; // ends with `*` for all that begins so
    std::string subprotocol;
    weft::handlers handlers;
    connection_options options;
    session_options session; // options, as the session wants them
    bool replaced = false;   // by a later route; only connections that it has still use it

    [[nodiscard]] bool matches(std::string_view requested) const noexcept;

    /// Whether requests to `name`, which has no port and is in lower case, are this route's.
    [[nodiscard]] bool serves_host(std::string_view name) const noexcept;

    /// False for a route that only answers plain requests.
    [[nodiscard]] bool serves_websocket() const noexcept;
};

} // namespace weft
