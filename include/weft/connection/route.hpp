// SPDX-License-Identifier: MIT
// A route: a host, a path and a subprotocol, and the handlers and options that serve them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <weft/connection/connection_options.hpp>
#include <weft/connection/handlers.hpp>
#include <weft/core/http_head.hpp>
#include <weft/core/session_options.hpp>

namespace weft {

class connection_set;

/// Returns the host that a request names, in lower case and without its port or trailing dot.
[[nodiscard]] std::string host_name(const http_request& request);

/// Returns the same for `host`, which may have a port.
[[nodiscard]] std::string host_name(std::string_view host);

/// A set of handlers and options that connections share.
struct route {
    connection_set* set;
    std::string host; // in lower case; empty for all hosts, `*.` and a name for all hosts below it
    std::string path; // with a final `*`: all paths with this prefix
    std::string subprotocol;
    weft::handlers handlers;
    connection_options options;
    session_options session; // the part of `options` that sessions use
    session_options before_authentication = {}; // the same, until a client has authenticated
    bool replaced = false;   // by a later route; only its existing connections still use it
    std::uint64_t opened = 0; // connections since the route was added
    std::size_t open = 0;     // connections now

    [[nodiscard]] bool matches(std::string_view requested) const noexcept;

    /// Returns whether this route serves requests for `name`, which is in lower case and has no
    /// port.
    [[nodiscard]] bool serves_host(std::string_view name) const noexcept;

    /// Returns false for a route that only answers plain requests.
    [[nodiscard]] bool serves_websocket() const noexcept;
};

} // namespace weft
