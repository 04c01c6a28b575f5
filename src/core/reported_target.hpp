// SPDX-License-Identifier: MIT
// The text of a target, such as a malformed URI, in reports and error messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <weft/core/secrets.hpp>

namespace weft {

/// Returns `text` shortened to 200 bytes, and without secrets. Throws std::bad_alloc.
[[nodiscard]] inline std::string for_reports(std::string_view text) {
    constexpr std::size_t enough = 200;
    auto shown = text.starts_with("unix:") ? std::string(text) : without_secrets(text);
    if (shown.size() > enough) shown.replace(enough, shown.npos, "...");
    return shown;
}

} // namespace weft
