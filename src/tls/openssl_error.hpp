// SPDX-License-Identifier: MIT
// Converts OpenSSL's error queue to error codes.
#pragma once

#include <system_error>

#include <openssl/ssl.h>

#include <weft/tls/tls_error.hpp>

namespace weft {

/// Returns the first error of this thread's queue, and empties the queue.
[[nodiscard]] std::error_code take_openssl_error() noexcept;

/// Does the same for an error of `ssl`. If `ssl` has found a fault in the peer's certificate,
/// returns that instead.
[[nodiscard]] std::error_code take_openssl_error(const SSL* ssl) noexcept;

} // namespace weft
