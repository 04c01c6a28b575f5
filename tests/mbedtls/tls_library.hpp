// SPDX-License-Identifier: MIT
// Selects Mbed TLS as the library that the suites test.
#pragma once

#include <mbedtls/version.h>

#include <weft/mbedtls/mbedtls_certificate.hpp>
#include <weft/mbedtls/mbedtls_client.hpp>
#include <weft/mbedtls/mbedtls_error.hpp>
#include <weft/mbedtls/mbedtls_server.hpp>
#include <weft/mbedtls/mbedtls_stream.hpp>

#include <string_view>

namespace weft {

using server_under_test = mbedtls_server;
using client_under_test = mbedtls_client;
using server_options_under_test = mbedtls_server_options;

inline tls_certificate certificate_under_test(const self_signed_options& options = {}) {
    return *make_self_signed_with_mbedtls(options);
}

inline const std::error_category& category_under_test() {
    return mbedtls_category();
}

inline constexpr std::string_view newest_version =
    MBEDTLS_VERSION_MAJOR >= 3 ? "TLSv1.3" : "TLSv1.2";

} // namespace weft
