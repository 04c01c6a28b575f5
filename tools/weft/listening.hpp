// SPDX-License-Identifier: MIT
// Where `weft serve` listens: what to do when that fails, and what to try when it works.
#pragma once

#include <list>

#include <weft/endpoint/server.hpp>
#include <weft/loop/event_loops.hpp>

#include "weft/serve.hpp"
#include "weft/tls.hpp"

namespace weft_tool {

/// The first listens at all that the options name, the others share its TCP port; says what is
/// wrong and what to try if that fails.
[[nodiscard]] bool listen_on_all(std::list<weft::server>& servers, const serve_options& options,
                                 const serving_tls& tls);

/// Prints where the first of them listens and what to try.
void introduce(const weft::server& first, weft::event_loops& loops, const serve_options& options,
               const serving_tls& tls);

} // namespace weft_tool
