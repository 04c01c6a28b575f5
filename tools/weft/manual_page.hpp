// SPDX-License-Identifier: MIT
// `weft man`: the manual page of the program.
#pragma once

#include <string>

#include "weft/described_program.hpp"

namespace weft_tool {

/// Returns the page in the language of man(7).
[[nodiscard]] std::string manual_page(const described_program& program);

} // namespace weft_tool
