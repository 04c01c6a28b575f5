// SPDX-License-Identifier: MIT
// Describes which certificate of a chain is at fault, and why.
#pragma once

#include <string>

#include <openssl/x509_vfy.h>

namespace weft {

/// The verdict on a certificate that has only a common name and no alternative name. OpenSSL
/// reserves this code for applications.
inline constexpr int no_alternative_name_verdict = X509_V_ERR_APPLICATION_VERIFICATION;

/// OpenSSL's verify callback. Returns `verdict`, and records for the stream which certificate a
/// fault concerns. Replaces a name error of a certificate without subjectAltName by
/// `no_alternative_name_verdict`.
int note_chain_fault(int verdict, X509_STORE_CTX* chain) noexcept;

/// Returns a description such as "depth 1, CN=Some CA, issued by CN=Root". Throws std::bad_alloc.
[[nodiscard]] std::string describe_chain_fault(X509_STORE_CTX* chain);

} // namespace weft
