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

/// Returns whether the request is a GET or a HEAD; answers OPTIONS with 204 and others with 405,
/// both with the methods that are allowed.
[[nodiscard]] bool is_read(weft::connection& peer);

} // namespace weft_tool
