// SPDX-License-Identifier: MIT
// The routes of the program: an echo, a chat room, /health and the page. Knows neither where
// connections come from nor which loop runs.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <weft/connection/handlers.hpp>
#include <weft/connection/route.hpp>
#include <weft/core/extension.hpp>

#include "without_loop/own_names.hpp"
#include "without_loop/server_log.hpp"

namespace weft_tool {

struct service_options {
    std::size_t message_size_max = std::size_t{16} * 1024 * 1024;
    std::size_t queue_size_max = std::size_t{1024} * 1024;
    double idle_timeout = 0; ///< seconds; 0 for none
    std::shared_ptr<const own_names> names; ///< null for any
    std::shared_ptr<weft::extension_negotiator> compression; ///< null for none
};

/// One route, as `weft::server::route` and `weft::stream_endpoint::route` take it.
struct served_route {
    std::string path;
    weft::handlers what;
    weft::route_options options;
};

/// The handlers of a chat room.
struct chat_service {
    weft::handlers room;
    weft::handlers members; ///< a page with the members' names
};

/// Limit on the bytes that wait for one member of a chat room: a long text, and lines that follow
/// while it is sent.
[[nodiscard]] std::size_t chat_queue_max(const service_options& options);

/// Returns all routes. The log must outlive the servers, which may share it.
[[nodiscard]] std::vector<served_route> services(server_log& log, chat_service chat,
                                                 const service_options& options);

/// Routes for the plain requests that `services` has no page for: each is logged, and answered
/// with 404 or 426 as without a route.
[[nodiscard]] std::vector<served_route> refusals(server_log& log, const service_options& options);

} // namespace weft_tool
