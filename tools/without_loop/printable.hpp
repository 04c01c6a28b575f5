// SPDX-License-Identifier: MIT
// What a peer sent, made safe to show: it must not steer the terminal, reorder or hide what stands
// there, or forge lines of a log.
#pragma once

#include <string>
#include <string_view>

namespace weft_tool {

enum class line_breaks {
    kept,   ///< a message for people: so are tabs, and the selectors of emoji
    escaped ///< a piece of one line, or a name
};

/// `text` without what cannot be seen: control characters as \xNN, those that format, such as
/// bidirectional overrides, zero-width ones and tags, as \u{NNNN}, and bytes that are not UTF-8 as
/// \xNN.
[[nodiscard]] std::string printable(std::string_view text,
                                    line_breaks breaks = line_breaks::escaped);

/// `text` with each end of a line, of whatever kind, as a line feed and `mark`.
[[nodiscard]] std::string continued(std::string_view text, std::string_view mark);

/// `bytes` as "68 69".
[[nodiscard]] std::string hex(std::string_view bytes);

} // namespace weft_tool
