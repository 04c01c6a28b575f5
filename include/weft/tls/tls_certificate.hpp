// SPDX-License-Identifier: MIT
// Makes self-signed certificates with OpenSSL.
#pragma once

#include <weft/core/result.hpp>
#include <weft/stream/tls_certificate.hpp>

namespace weft {

/// Makes a key and a self-signed certificate in memory, for development and tests. Clients have to
/// trust its `chain`.
result<tls_certificate> make_self_signed(const self_signed_options& options = {});

} // namespace weft
