// SPDX-License-Identifier: MIT
// `weft pipe`: one connection over standard input and output, without an event loop.
#pragma once

#include <string>

#include "without_loop/exit_code.hpp"
#include "without_loop/services.hpp"

namespace weft_tool {

struct pipe_options {
    service_options services;
    std::string level = "info"; ///< as `log_level_named` takes it
};

exit_code pipe(const pipe_options& options);

} // namespace weft_tool
