// SPDX-License-Identifier: MIT
// Whether a connection was closed properly.
#pragma once

#include <weft/core/report.hpp>

namespace weft_tool {

[[nodiscard]] inline bool is_proper(const weft::report& why) {
    const auto code = why.code();
    return why.clean() &&
        (code == weft::close_code::normal || code == weft::close_code::going_away ||
         code == weft::close_code::no_status);
}

} // namespace weft_tool
