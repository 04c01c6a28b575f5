// SPDX-License-Identifier: MIT
// `weft connect`: its options, and the function that checks and runs them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "without_loop/exit_code.hpp"

namespace weft_tool {

struct connect_options {
    std::string url;
    bool binary = false;
    std::vector<std::string> headers; ///< "Name: value"
    std::vector<std::string> subprotocols;
    std::string unix_path;
    std::string via;
    std::string proxy; ///< a URL, or "environment"; empty for none
    std::size_t redirects_max = 0;
    bool deflate = false; ///< offer to compress messages
    std::string name_servers; ///< "address:port,..."; empty for the system's
    std::string issuers_file; ///< trusted authorities; empty for the system's
    bool insecure = false;    ///< accept every certificate
    double ping = 0; ///< seconds between pings; 0 for none
    double timeout = 10;
    double wait = 1;
    bool stay = false;
    bool quiet = false;
    std::string loop = "automatic"; ///< one of `loop_names()`
};

exit_code connect(const connect_options& options);

} // namespace weft_tool
