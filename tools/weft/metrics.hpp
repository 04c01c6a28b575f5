// SPDX-License-Identifier: MIT
// `/metrics` of `weft serve`: the counters of all its servers and the turn times of its loops, for
// Prometheus.
#pragma once

#include <list>

#include <weft/connection/handlers.hpp>
#include <weft/endpoint/server.hpp>
#include <weft/loop/event_loops.hpp>

namespace weft_tool {

/// Returns the handlers of the page. When the first request arrives, `servers` must have one server
/// for each of `loops`, in their order. Both must outlive the connections.
[[nodiscard]] weft::handlers metrics_page(weft::event_loops& loops,
                                          std::list<weft::server>& servers);

} // namespace weft_tool
