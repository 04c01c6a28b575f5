// SPDX-License-Identifier: MIT
// The program's answers to plain HTTP requests: the page, its icon, and /health.
#pragma once

#include <string>
#include <vector>

#include <weft/connection/handlers.hpp>

namespace weft_tool {

struct web_page {
    std::string path;
    weft::handlers answer;
};

[[nodiscard]] std::vector<web_page> web_pages();

} // namespace weft_tool
