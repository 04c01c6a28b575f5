// SPDX-License-Identifier: MIT
// Compression by weft::deflate. Contexts are kept: the program has few connections.
#include <weft/deflate/permessage_deflate.hpp>

#include "weft/compression.hpp"

namespace weft_tool {

std::shared_ptr<weft::extension_negotiator> compression_for(const char*) {
    weft::deflate_options options;
    options.sending.context_takeover = true;
    options.receiving.context_takeover = true;
    return std::make_shared<weft::permessage_deflate>(options);
}

} // namespace weft_tool
