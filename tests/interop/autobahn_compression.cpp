// SPDX-License-Identifier: MIT
// What the Autobahn client offers. A fuzzing server passes its cases about the client's context
// only if the offer says that the client can do without one.
#include <weft/deflate/permessage_deflate.hpp>

#include "weft/compression.hpp"

namespace weft_tool {

std::shared_ptr<weft::extension_negotiator> compression_for(const char*) {
    weft::deflate_options options;
    options.sending.context_takeover = false;
    options.receiving.context_takeover = true;
    return std::make_shared<weft::permessage_deflate>(options);
}

} // namespace weft_tool
