// SPDX-License-Identifier: MIT
// `weft connect`: its options, and the function that checks and runs them.
#pragma once

#include <string>

#include "weft/target.hpp"
#include "without_loop/exit_code.hpp"

namespace weft_tool {

struct connect_options : target_options {
    bool binary = false;
    std::string name_servers; ///< "address:port,..."; empty for the system's
    double ping = 0;          ///< seconds between pings; 0 for none
    double wait = 1;
    bool stay = false;
    bool quiet = false;
    std::string loop = "automatic"; ///< one of `loop_names()`
};

exit_code connect(const connect_options& options);

} // namespace weft_tool
