// SPDX-License-Identifier: MIT
// The errors of TLS with OpenSSL.
#pragma once

#include <system_error>

#include <weft/stream/tls_error.hpp>

namespace weft {

/// Returns the category of OpenSSL's errors; the values are the packed codes of `ERR_get_error`.
[[nodiscard]] const std::error_category& openssl_category() noexcept;

} // namespace weft
