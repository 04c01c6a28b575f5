// SPDX-License-Identifier: MIT
// Which certificate of a chain is at fault, and why, in words.
#pragma once

#include <string>

#include <openssl/x509_vfy.h>

namespace weft {

/// What `X509_STORE_CTX_set_error` is told of a certificate that names nobody but in its common
/// name; OpenSSL leaves this code to applications.
inline constexpr int no_alternative_name_verdict = X509_V_ERR_APPLICATION_VERIFICATION;

/// OpenSSL's verify callback: leaves the verdict as it is, and tells the stream whom it is about.
int note_chain_fault(int verdict, X509_STORE_CTX* chain) noexcept;

/// Such as "depth 1, CN=Some CA, issued by CN=Root". Throws std::bad_alloc.
[[nodiscard]] std::string describe_chain_fault(X509_STORE_CTX* chain);

} // namespace weft
