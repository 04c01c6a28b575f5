// SPDX-License-Identifier: MIT
// Names of the levels of a log.
#include <weft/core/log_record.hpp>

namespace weft {

std::string_view name(log_level which) noexcept {
    switch (which) {
    case log_level::debug: return "debug";
    case log_level::info: return "info";
    case log_level::warning: return "warning";
    case log_level::error: return "error";
    case log_level::off: break;
    }
    return "off";
}

} // namespace weft
