// SPDX-License-Identifier: MIT
// `weft completion`: scripts with which shells complete the command line of the program.
#pragma once

#include <string>
#include <string_view>

#include "weft/described_program.hpp"

namespace weft_tool {

/// Returns a script for `shell`: "bash", "zsh" or "fish".
[[nodiscard]] std::string completion_script(const described_program& program,
                                            std::string_view shell);

} // namespace weft_tool
