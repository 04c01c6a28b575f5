// SPDX-License-Identifier: MIT
// The options of `weft relay` on the command line.
#pragma once

#include <CLI/CLI.hpp>

#include "weft/relay/relay.hpp"

namespace weft_tool {

/// Adds --cert, --key and --max-connections, for an end that listens.
void add_listening(CLI::App& command, relay_options& chosen);

/// Adds the options of all relays: the log, the name servers, the loop and the idle timeout.
void add_relaying(CLI::App& command, relay_options& chosen);

CLI::App* add_relay(CLI::App& program, relay_options& chosen);

} // namespace weft_tool
