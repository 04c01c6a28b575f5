// SPDX-License-Identifier: MIT
// Converts the error codes of Mbed TLS.
#pragma once

#include <cstdint>
#include <system_error>

#include <weft/mbedtls/mbedtls_error.hpp>

namespace weft {

/// Returns the error for `code`, a negative result of a function of Mbed TLS.
[[nodiscard]] std::error_code mbedtls_error_of(int code) noexcept;

/// Returns the error for an alert of the peer; an empty one if there is no `tls_error` for it.
[[nodiscard]] std::error_code error_of_alert(std::uint8_t alert) noexcept;

/// Returns true if `code` means that the library does not support this kind of key, or of the
/// signature of a certificate.
[[nodiscard]] bool is_unknown_kind(int code) noexcept;

} // namespace weft
