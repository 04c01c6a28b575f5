// SPDX-License-Identifier: MIT
// Where `weft serve` listens: what to do when that fails, and what to try when it works.
#pragma once

#include <list>

#include <weft/endpoint/server.hpp>
#include <weft/loop/event_loops.hpp>

#include "weft/serve.hpp"
#include "weft/tls.hpp"

namespace weft_tool {

/// Opens the listeners of the options on the first server; the others share its TCP port. On
/// failure prints what is wrong and what to try.
[[nodiscard]] bool listen_on_all(std::list<weft::server>& servers, const serve_options& options,
                                 const serving_tls& tls);

/// Prints the addresses of the first server and what to try.
void introduce(const weft::server& first, weft::event_loops& loops, const serve_options& options,
               const serving_tls& tls);

} // namespace weft_tool
