// SPDX-License-Identifier: MIT
// What a peer sent, made safe to show: it must not steer the terminal or forge lines of a log.
#pragma once

#include <string>
#include <string_view>

namespace weft_tool {

enum class line_breaks { kept, escaped };

/// `text` with control characters, and bytes that are not UTF-8, as \xNN.
[[nodiscard]] std::string printable(std::string_view text,
                                    line_breaks breaks = line_breaks::escaped);

/// `bytes` as "68 69".
[[nodiscard]] std::string hex(std::string_view bytes);

} // namespace weft_tool
