// SPDX-License-Identifier: MIT
// What OpenSSL says, as an error code.
#pragma once

#include <system_error>

#include <openssl/ssl.h>

#include <weft/tls/tls_error.hpp>

namespace weft {

/// Takes the first error of this thread's queue, which is empty afterwards.
[[nodiscard]] std::error_code take_openssl_error() noexcept;

/// The same for a fault of `ssl`, with what it found wrong with the peer's certificate.
[[nodiscard]] std::error_code take_openssl_error(const SSL* ssl) noexcept;

} // namespace weft
