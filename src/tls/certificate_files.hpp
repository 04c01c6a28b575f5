// SPDX-License-Identifier: MIT
// Certificates and keys as PEM, read from files or memory.
#pragma once

#include <string>
#include <vector>

#include <weft/core/result.hpp>
#include <weft/tls/tls_certificate.hpp>

#include "tls/openssl_handles.hpp"

namespace weft {

/// Has `context` prove itself with `what`. On error `fault`, if there is one, says which file, or
/// whether it is in memory.
result<void> use_certificate(SSL_CTX* context, const tls_certificate& what, std::string* fault);

/// Has `context` trust those who are in `file`, or in `pem` if that has no name; a server tells
/// their names to clients. On error as above.
result<void> trust_issuers(SSL_CTX* context, const std::string& file, const std::string& pem,
                           std::string* fault);

} // namespace weft
