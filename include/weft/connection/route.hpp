// SPDX-License-Identifier: MIT
// Where a request goes: a path, a subprotocol, and what serves them.
#pragma once

#include <string>

#include <weft/connection/connection_options.hpp>
#include <weft/connection/handlers.hpp>
#include <weft/core/session_options.hpp>

namespace weft {

class connection_set;

/// A set of handlers and options that connections share.
struct route {
    connection_set* set;
    std::string path; // ends with `*` for all that begins so
    std::string subprotocol;
    weft::handlers handlers;
    connection_options options;
    session_options session; // options, as the session wants them

    [[nodiscard]] bool matches(std::string_view requested) const noexcept;

    /// False for a route that only answers plain requests.
    [[nodiscard]] bool serves_websocket() const noexcept;
};

} // namespace weft
