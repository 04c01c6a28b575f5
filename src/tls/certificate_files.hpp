// SPDX-License-Identifier: MIT
// Loads certificates and keys in PEM format, from files or memory.
#pragma once

#include <string>
#include <vector>

#include <weft/core/result.hpp>
#include <weft/tls/tls_certificate.hpp>

#include "tls/openssl_handles.hpp"

namespace weft {

/// Makes `context` use the certificate `what`. On error, writes to `fault`, unless that is null,
/// which file the error concerns, or that it concerns memory.
result<void> use_certificate(SSL_CTX* context, const tls_certificate& what, std::string* fault);

/// Makes `context` trust the issuers in `file`, or in `pem` if `file` is empty; a server sends
/// their names to clients. Reports errors like `use_certificate`.
result<void> trust_issuers(SSL_CTX* context, const std::string& file, const std::string& pem,
                           std::string* fault);

} // namespace weft
