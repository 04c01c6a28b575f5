// SPDX-License-Identifier: MIT
// Where `weft serve` listens: what to do when that fails, and what to try when it works.
#pragma once

#include <weft/endpoint/server.hpp>

#include "weft/serve.hpp"

namespace weft_tool {

/// Listens at all that the options name; says what is wrong and what to try if one fails.
[[nodiscard]] bool listen_everywhere(weft::server& server, const serve_options& options);

/// Prints where it listens and what to try.
void introduce(const weft::server& server, const weft::event_loop& loop,
               const serve_options& options);

} // namespace weft_tool
