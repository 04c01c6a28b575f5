// SPDX-License-Identifier: MIT
// Access to Mbed TLS's own object behind a TLS stream.
#pragma once

#include <weft/stream/tls_stream.hpp>

struct mbedtls_ssl_context;

namespace weft {

/// Returns Mbed TLS's object of a stream, for information that `tls_stream` has no function for;
/// null if another library encrypts the stream. Use it to read information only, not to send or
/// receive.
[[nodiscard]] mbedtls_ssl_context* mbedtls_of(const tls_stream& over) noexcept;

} // namespace weft
