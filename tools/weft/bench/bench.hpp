// SPDX-License-Identifier: MIT
// `weft bench`: its options, and the function that checks and runs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "weft/target.hpp"
#include "without_loop/exit_code.hpp"

namespace weft_tool {

struct bench_options : target_options {
    std::size_t connections = 10;
    std::size_t size = 20; ///< bytes of a message
    bool binary = false;
    bool no_answer = false;                    ///< only send
    std::size_t in_flight = 0;                 ///< on each connection; 0 for the default
    double rate = 0;                           ///< messages per second in all; 0: closed loop
    double duration = 10;                      ///< seconds
    double warmup = 1;                         ///< seconds
    std::uint64_t messages_per_connection = 0; ///< 0: connections stay open
    std::size_t opening_max = 64;
    double wait = 1; ///< seconds
    bool json = false;
    std::string html_file; ///< empty for none
    bool quiet = false;
};

exit_code bench(const bench_options& options);

} // namespace weft_tool
