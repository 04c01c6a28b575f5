// SPDX-License-Identifier: MIT
// Compression of messages for the program. Depending on the build, compression_by_zlib.cpp or
// compression_without_zlib.cpp implements it.
#pragma once

#include <memory>
#include <string>

#include <weft/core/extension.hpp>

namespace weft_tool {

/// Returns what negotiates permessage-deflate; null in a build without zlib, after saying so on
/// standard error for `command`, such as "weft serve".
std::shared_ptr<weft::extension_negotiator> compression_for(const char* command);

/// Describes how much smaller messages became; empty if none was compressed.
std::string compression_summary(const weft::extension_negotiator& made);

} // namespace weft_tool
