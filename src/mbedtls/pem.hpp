// SPDX-License-Identifier: MIT
// Loads certificates and keys in PEM format, from files or memory.
#pragma once

#include <string>

#include <weft/core/result.hpp>
#include <weft/stream/tls_certificate.hpp>

#include "mbedtls/objects.hpp"

namespace weft {

/// A certificate with its issuers' certificates and its key.
struct identity {
    certificate_chain chain;
    private_key key;
};

/// Reads `what` into `to`. On error, writes to `fault`, unless that is null, the name of the file
/// with the error, or that the error is in PEM from memory.
result<void> read_identity(identity& to, const tls_certificate& what, std::string* fault);

/// Reads the certificates to trust. Skips those that the library does not understand, unless it
/// understands none. Reports errors like `read_identity`.
result<void> read_issuers(certificate_chain& to, const std::string& file, const std::string& pem,
                          std::string* fault);

/// Reads the roots that the system trusts. If there are none, no issuer is trusted.
void read_system_roots(certificate_chain& to);

} // namespace weft
