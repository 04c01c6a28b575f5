// SPDX-License-Identifier: MIT
// The names of hosts, by what this build has for that: one of the sources names_by_*.cpp.
#pragma once

#include <memory>
#include <string>

#include <weft/loop/event_loop.hpp>

namespace weft_tool {

/// Resolves the loop's names while what is returned lives; `servers` instead of the system's name
/// servers unless it is empty. Throws std::system_error when they make no sense.
std::shared_ptr<void> resolve_names(weft::event_loop& loop, const std::string& servers);

/// What resolves names, in words.
std::string describe_names();

} // namespace weft_tool
