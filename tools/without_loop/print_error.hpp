// SPDX-License-Identifier: MIT
// Errors of the program's commands on standard error, all in one form.
#pragma once

#include <string_view>

namespace weft_tool {

/// Prints "command: what", and on a second line what to try; an empty `what_to_try` is omitted.
/// `command` is such as "weft serve". Escapes what must not reach a terminal in the other two.
void print_error(std::string_view command, std::string_view what, std::string_view what_to_try);

} // namespace weft_tool
