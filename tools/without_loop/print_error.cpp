// SPDX-License-Identifier: MIT
// Prints errors of the program's commands.
#include "without_loop/print_error.hpp"

#include <iostream>

#include "without_loop/printable.hpp"

namespace weft_tool {

void print_error(std::string_view command, std::string_view what, std::string_view what_to_try) {
    std::cerr << command << ": " << printable(what) << '\n';
    if (!what_to_try.empty()) std::cerr << "  " << printable(what_to_try) << '\n';
}

} // namespace weft_tool
