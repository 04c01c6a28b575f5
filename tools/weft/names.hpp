// SPDX-License-Identifier: MIT
// Resolves host names. Depending on the build, names_by_cares.cpp or names_without_cares.cpp
// implements it.
#pragma once

#include <memory>
#include <string>

#include <weft/loop/event_loop.hpp>

namespace weft_tool {

/// Resolves the loop's names while the returned object lives. Uses `servers`, or the system's name
/// servers if it is empty. Throws std::system_error if `servers` is malformed.
std::shared_ptr<void> resolve_names(weft::event_loop& loop, const std::string& servers);

/// Returns what is wrong with `servers`; empty if `resolve_names` can use them.
std::string name_servers_fault(const std::string& servers);

/// Describes what resolves names.
std::string describe_names();

} // namespace weft_tool
