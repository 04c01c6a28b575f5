// SPDX-License-Identifier: MIT
// The server that a command connects to, and how: the options that `weft connect` and `weft bench`
// share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <weft/connection/connection_options.hpp>
#include <weft/core/uri.hpp>

#include "weft/tls.hpp"

namespace weft_tool {

struct target_options {
    std::string url;
    std::vector<std::string> headers; ///< "Name: value"
    std::vector<std::string> subprotocols;
    std::string unix_path;
    std::string via;
    std::string proxy; ///< a URL, or "environment"; empty for none
    std::size_t redirects_max = 0;
    bool deflate = false; ///< offer to compress messages
    tls_trust trust;
    double timeout = 10; ///< seconds for each phase of connecting; 0 for no limit
};

struct target {
    weft::uri uri;
    weft::connect_options how;
};

/// Returns nothing if the options are invalid, after saying what is wrong and what to try on
/// standard error. `command` is named there, such as "weft connect".
[[nodiscard]] std::optional<target> make_target(const char* command,
                                                const target_options& options);

} // namespace weft_tool
