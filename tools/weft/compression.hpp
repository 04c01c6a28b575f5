// SPDX-License-Identifier: MIT
// Compression of messages for the program; one of compression_by_*.cpp implements it, depending on
// the build.
#pragma once

#include <memory>

#include <weft/core/extension.hpp>

namespace weft_tool {

/// Returns what negotiates permessage-deflate; null in a build without zlib, after saying so on
/// standard error for `command`, such as "weft serve".
std::shared_ptr<weft::extension_negotiator> compression_for(const char* command);

} // namespace weft_tool
