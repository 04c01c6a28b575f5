// SPDX-License-Identifier: MIT
// The conformance suite over TLS with OpenSSL.
#include <weft/tls/tls_certificate.hpp>
#include <weft/tls/tls_client.hpp>
#include <weft/tls/tls_server.hpp>

#include "conformance/echo_over_tls.hpp"

namespace weft::testing {
namespace {

const both_layers& layers_of_openssl() {
    static const both_layers made = [] {
        const auto certificate = *make_self_signed();
        return both_layers{*tls_server::create({.certificates = {certificate}}),
                           *tls_client::create({.issuers = certificate.chain})};
    }();
    return made;
}

[[maybe_unused]] const bool registered_openssl =
    register_over_tls("connection_over_tls", layers_of_openssl);

} // namespace
} // namespace weft::testing
