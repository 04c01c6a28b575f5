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

std::string compression_summary(const weft::extension_negotiator& made) {
    const auto all = static_cast<const weft::permessage_deflate&>(made).totals();
    std::string text;
    const auto add = [&text](const char* what, std::uint64_t plain, std::uint64_t compressed) {
        if (plain == 0) return;
        text += (text.empty() ? "" : ", ") + std::string(what) + std::to_string(plain) +
            " bytes as " + std::to_string(compressed) + " (" +
            std::to_string(compressed * 100 / plain) + " %)";
    };
    add("sent ", all.sent, all.sent_compressed);
    add("received ", all.received, all.received_compressed);
    return text;
}

} // namespace weft_tool
