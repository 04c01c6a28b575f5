// SPDX-License-Identifier: MIT
// A build without weft::deflate.
#include <iostream>

#include "weft/compression.hpp"

namespace weft_tool {

std::shared_ptr<weft::extension_negotiator> compression_for(const char* command) {
    std::cerr << command << ": this build has no compression\n"
              << "  Install zlib (Debian, Ubuntu: zlib1g-dev) and build again\n";
    return nullptr;
}

std::string compression_summary(const weft::extension_negotiator&) {
    return {};
}

} // namespace weft_tool
