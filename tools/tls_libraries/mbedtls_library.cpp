// SPDX-License-Identifier: MIT
// Registers Mbed TLS for `--tls-library mbedtls`.
#include <mbedtls/version.h>

#include <utility>

#include <weft/mbedtls/mbedtls_certificate.hpp>
#include <weft/mbedtls/mbedtls_client.hpp>
#include <weft/mbedtls/mbedtls_server.hpp>

#include "tls_libraries/tls_libraries.hpp"

namespace weft_tool {
namespace {

std::string describe_mbedtls() {
    const bool has_tls_1_3{weft::mbedtls_client::create(
        {.verify = false, .minimum = weft::tls_version::tls_1_3})};
    return std::string("Mbed TLS " MBEDTLS_VERSION_STRING) +
        (has_tls_1_3 ? "" : ", which is without TLS 1.3");
}

} // namespace

const tls_library_registration mbedtls({
    .name = "mbedtls",
    .describe = describe_mbedtls,
    .make_self_signed = [] { return weft::make_self_signed_with_mbedtls(); },
    .make_server =
        [](weft::tls_certificate certificate, std::string& fault) {
            weft::mbedtls_server_options options{.certificates = {std::move(certificate)}};
            options.fault = &fault;
            return as_layer(weft::mbedtls_server::create(std::move(options)));
        },
    .make_client =
        [](const std::string& issuers_file, bool verify, std::string& fault) {
            weft::mbedtls_client_options options{.issuers_file = issuers_file, .verify = verify};
            options.fault = &fault;
            return as_layer(weft::mbedtls_client::create(std::move(options)));
        },
});

} // namespace weft_tool
