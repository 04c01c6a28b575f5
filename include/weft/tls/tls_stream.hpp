// SPDX-License-Identifier: MIT
// Access to OpenSSL's own object behind a TLS stream.
#pragma once

#include <weft/stream/tls_stream.hpp>

struct ssl_st; // OpenSSL's SSL

namespace weft {

/// Returns OpenSSL's SSL object of a stream, for information that `tls_stream` has no function for;
/// null if another library encrypts the stream. Use it to read information only, not to send or
/// receive.
[[nodiscard]] ssl_st* openssl_of(const tls_stream& over) noexcept;

} // namespace weft
