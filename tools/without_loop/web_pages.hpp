// SPDX-License-Identifier: MIT
// What the program answers to plain HTTP: the page, its icon, and /health.
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
