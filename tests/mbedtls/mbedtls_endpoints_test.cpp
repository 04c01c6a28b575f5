// SPDX-License-Identifier: MIT
// Settings of Mbed TLS itself, for a server and a client. The suites of tests/tls test the rest.
#include "tls/tls_endpoints.hpp"

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>

namespace weft {
namespace {

class tls_of_mbedtls : public tls_endpoints {};

TEST_F(tls_of_mbedtls, the_hook_has_the_last_word_on_its_configuration) {
    static const int only[] = {MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, 0};
    int hooks = 0;
    serve({.certificates = {local_certificate(), certificate_for("other.example")},
           .configure = [&](mbedtls_ssl_config* config) -> result<void> {
               ++hooks;
               mbedtls_ssl_conf_ciphersuites(config, only);
               return {};
           }});
    EXPECT_EQ(hooks, 1) << "one for all certificates";
    EXPECT_TRUE(connect(client_that_trusts(local_certificate())).opened);
    EXPECT_EQ(cipher, "TLS-ECDHE-ECDSA-WITH-CHACHA20-POLY1305-SHA256");
    ASSERT_TRUE(tls->reload());
    EXPECT_EQ(hooks, 2);
}

} // namespace
} // namespace weft
