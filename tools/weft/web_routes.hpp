// SPDX-License-Identifier: MIT
// What `weft serve` answers to plain HTTP: the page, its icon, and /health.
#pragma once

#include <weft/endpoint/server.hpp>

#include "weft/server_log.hpp"

namespace weft_tool {

void add_web_routes(weft::server& server, server_log& log);

} // namespace weft_tool
