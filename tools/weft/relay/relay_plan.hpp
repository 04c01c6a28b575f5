// SPDX-License-Identifier: MIT
// Checks the options of a relay, and prepares TLS and the targets of its connections.
#pragma once

#include <optional>
#include <string>

#include "weft/relay/relay_run.hpp"

namespace weft_tool {

/// Parses an address. On error, prints on standard error what is wrong and what to try.
[[nodiscard]] std::optional<relay_address> typed_address(const char* command,
                                                         const std::string& typed);

/// Turns the options and the two addresses into a plan. On error, prints the same.
[[nodiscard]] std::optional<relay_plan> make_plan(const char* command,
                                                  const relay_options& options,
                                                  relay_address first, relay_address second);

} // namespace weft_tool
