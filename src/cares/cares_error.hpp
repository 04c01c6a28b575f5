// SPDX-License-Identifier: MIT
// Translates the status codes of c-ares to `resolve_error`.
#pragma once

#include <system_error>

#include <weft/loop/resolve_error.hpp>

namespace weft {

/// Returns the error for a status code; empty for success.
[[nodiscard]] std::error_code cares_error(int status) noexcept;

} // namespace weft
