// SPDX-License-Identifier: MIT
// Makes text from a peer safe to show: it must not control the terminal, reorder or hide other
// text, or forge lines of a log.
#pragma once

#include <string>
#include <string_view>

namespace weft_tool {

enum class line_breaks {
    kept,   ///< for messages; also keeps tabs and emoji selectors
    escaped ///< for a part of one line, or a name
};

/// Returns `text` with invisible characters escaped: control characters as \xNN; format characters,
/// such as bidirectional overrides, zero-width ones and tags, as \u{NNNN}; bytes that are not UTF-8
/// as \xNN.
[[nodiscard]] std::string printable(std::string_view text,
                                    line_breaks breaks = line_breaks::escaped);

/// Returns `text` with each line end, of any kind, replaced by a line feed and `mark`.
[[nodiscard]] std::string continued(std::string_view text, std::string_view mark);

/// `bytes` as "68 69".
[[nodiscard]] std::string hex(std::string_view bytes);

} // namespace weft_tool
