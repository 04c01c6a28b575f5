// SPDX-License-Identifier: MIT
// The places in src/loop that make a system call, as its text says: what is made there is found
// whether a test comes by or not.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "loop/posix/system_call.hpp"

namespace weft::testing {

/// One `sys::name(...)` in the source.
struct source_call {
    std::string file; ///< without its folder
    std::size_t line = 0;
    std::size_t last_line = 0; ///< where the parenthesis closes
    std::string call;
    std::string arguments; ///< their text

    /// "epoll_engine.cpp:72 epoll_ctl"
    [[nodiscard]] std::string str() const;
};

/// All calls through the table of system calls, by file and line. `close` and `getpid` cannot
/// fail, and are not among them.
[[nodiscard]] std::vector<source_call> find_source_calls();

/// The site that a call comes from; null when the search has missed it.
[[nodiscard]] const source_call* site_of(const std::vector<source_call>& sites, const char* call,
                                       const call_site& at);

} // namespace weft::testing
