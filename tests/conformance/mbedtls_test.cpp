// SPDX-License-Identifier: MIT
// The conformance suite over TLS with Mbed TLS.
#include <weft/mbedtls/mbedtls_certificate.hpp>
#include <weft/mbedtls/mbedtls_client.hpp>
#include <weft/mbedtls/mbedtls_server.hpp>

#include "conformance/echo_over_tls.hpp"

namespace weft::testing {
namespace {

const both_layers& layers_of_mbedtls() {
    static const both_layers made = [] {
        const auto certificate = *make_self_signed_with_mbedtls();
        return both_layers{*mbedtls_server::create({.certificates = {certificate}}),
                           *mbedtls_client::create({.issuers = certificate.chain})};
    }();
    return made;
}

[[maybe_unused]] const bool registered_mbedtls =
    register_over_tls("connection_over_mbedtls", layers_of_mbedtls);

} // namespace
} // namespace weft::testing
