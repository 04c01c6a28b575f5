// SPDX-License-Identifier: MIT
// The options of `weft record` and `weft replay` on the command line.
#pragma once

#include <CLI/CLI.hpp>

#include "weft/record/record.hpp"
#include "weft/record/replay.hpp"

namespace weft_tool {

CLI::App* add_record(CLI::App& program, record_options& chosen);
CLI::App* add_replay(CLI::App& program, replay_options& chosen);

} // namespace weft_tool
