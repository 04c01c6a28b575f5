// SPDX-License-Identifier: MIT
// `weft pipe`: one WebSocket over standard input and output, without an event loop.
#pragma once

#include <cstddef>

#include "weft/exit_code.hpp"

namespace weft_tool {

struct pipe_options {
    std::size_t message_size_max = std::size_t{16} * 1024 * 1024;
    double idle_timeout = 0; ///< seconds; 0 for none
    bool quiet = false;
};

exit_code pipe(const pipe_options& options);

} // namespace weft_tool
