// SPDX-License-Identifier: MIT
// Registers OpenSSL for `--tls-library openssl`.
#include <openssl/crypto.h>

#include <utility>

#include <weft/tls/tls_certificate.hpp>
#include <weft/tls/tls_client.hpp>
#include <weft/tls/tls_server.hpp>

#include "tls_libraries/tls_libraries.hpp"

namespace weft_tool {

const tls_library_registration openssl({
    .name = "openssl",
    .describe = [] { return std::string("OpenSSL ") + ::OpenSSL_version(OPENSSL_VERSION_STRING); },
    .make_self_signed = [] { return weft::make_self_signed(); },
    .make_server =
        [](weft::tls_certificate certificate, std::string& fault) {
            weft::tls_server_options options{.certificates = {std::move(certificate)}};
            options.fault = &fault;
            return as_layer(weft::tls_server::create(std::move(options)));
        },
    .make_client =
        [](const std::string& issuers_file, bool verify, std::string& fault) {
            weft::tls_client_options options{.issuers_file = issuers_file, .verify = verify};
            options.fault = &fault;
            return as_layer(weft::tls_client::create(std::move(options)));
        },
});

} // namespace weft_tool
