// SPDX-License-Identifier: MIT
// Checks of what was typed as the value of an option. Each returns what is wrong, or an empty
// string. Knows nothing of how options are parsed.
#pragma once

#include <string>

namespace weft_tool {

/// Accepts the nine permission bits of a file.
std::string octal_mode(const std::string& text);

std::string address_or_prefix(const std::string& text);
std::string host_name(const std::string& text);

/// Accepts a finite number that is not negative.
std::string seconds_or_part(const std::string& text);

/// Accepts a finite number above zero.
std::string above_zero(const std::string& text);

std::string not_empty(const std::string& text);

/// Accepts a loop of this build; the error says why another one is missing.
std::string known_loop(const std::string& text);

} // namespace weft_tool
