// SPDX-License-Identifier: MIT
// The errors of Mbed TLS.
#pragma once

#include <system_error>

#include <weft/stream/tls_error.hpp>

namespace weft {

/// Returns the category of errors of Mbed TLS for which there is no `tls_error`. Their values are
/// Mbed TLS's error codes, which are negative.
[[nodiscard]] const std::error_category& mbedtls_category() noexcept;

} // namespace weft
