// SPDX-License-Identifier: MIT
// Selects OpenSSL as the library that the suites test.
#pragma once

#include <weft/tls/tls_certificate.hpp>
#include <weft/tls/tls_client.hpp>
#include <weft/tls/tls_error.hpp>
#include <weft/tls/tls_server.hpp>
#include <weft/tls/tls_stream.hpp>

#include <string_view>

namespace weft {

using server_under_test = tls_server;
using client_under_test = tls_client;
using server_options_under_test = tls_server_options;

inline tls_certificate certificate_under_test(const self_signed_options& options = {}) {
    return *make_self_signed(options);
}

inline const std::error_category& category_under_test() {
    return openssl_category();
}

inline constexpr std::string_view newest_version = "TLSv1.3";

} // namespace weft
