// SPDX-License-Identifier: MIT
// The status codes of c-ares in the words that all resolvers share.
#pragma once

#include <system_error>

#include <weft/loop/resolve_error.hpp>

namespace weft {

/// Empty for success.
[[nodiscard]] std::error_code cares_error(int status) noexcept;

} // namespace weft
