// SPDX-License-Identifier: MIT
// `weft replay`: sends the bytes of recorded clients to a server again, and compares its answers.
#pragma once

#include <string>

#include "weft/target.hpp"
#include "without_loop/exit_code.hpp"

namespace weft_tool {

struct replay_options {
    std::string file;
    target_options connecting; ///< only the URL, the certificates and the timeout
    bool fast = false;
    double wait = 1; ///< how long to wait for an expected answer, in seconds
};

exit_code replay(const replay_options& options);

} // namespace weft_tool
