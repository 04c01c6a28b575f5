// SPDX-License-Identifier: MIT
// Settings of OpenSSL itself: versions, protocols and ciphers that the options do not have.
#include "tls_endpoints.hpp"

#include <openssl/ssl.h>

namespace weft {
namespace {

class tls_of_openssl : public tls_endpoints {};

TEST_F(tls_of_openssl, an_older_version_is_refused_clearly) {
    serve({.certificates = {local_certificate()}, .minimum = tls_version::tls_1_3});
    const auto old = *tls_client::create({
        .issuers = local_certificate().chain,
        .configure = [](ssl_ctx_st* context) -> result<void> {
            SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
            return {};
        },
    });
    expect_failure(connect(old), tls_error::no_common_version);
    until([&] { return !server_failed.empty(); });
    EXPECT_EQ(server_failed.front().error, tls_error::no_common_version);
}

/// What OpenSSL would still accept, if configured to.
result<void> speak_tls_1_1(ssl_ctx_st* context) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    return {};
}

TEST_F(tls_of_openssl, by_default_tls_1_1_is_refused_by_both_sides) {
    const auto old_client = *tls_client::create({.verify = false, .configure = speak_tls_1_1});
    serve();
    expect_failure(connect(old_client), tls_error::no_common_version);
    until([&] { return !server_failed.empty(); });
    EXPECT_EQ(server_failed.front().error, tls_error::no_common_version);

    tls_server_options old{.certificates = {local_certificate()}, .configure = speak_tls_1_1};
    const auto old_server = *tls_server::create(std::move(old));
    port = server.listen("127.0.0.1", 0, {.tls = old_server})->port();
    expect_failure(connect(client_that_trusts(local_certificate())), tls_error::no_common_version);
    EXPECT_TRUE(connect(old_client).opened) << "it was not the version";
}

TEST_F(tls_of_openssl, agree_on_no_other_protocol) {
    serve();
    const auto other = *tls_client::create({
        .issuers = local_certificate().chain,
        .configure = [](ssl_ctx_st* context) -> result<void> {
            SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>("\x02h2"), 3);
            return {};
        },
    });
    expect_failure(connect(other), tls_error::no_common_protocol);
}

TEST_F(tls_of_openssl, the_hook_has_the_last_word_on_openssls_context) {
    int hooks = 0;
    serve({.certificates = {local_certificate(), certificate_for("other.example")},
           .configure = [&](ssl_ctx_st* context) -> result<void> {
               ++hooks;
               SSL_CTX_set_ciphersuites(context, "TLS_CHACHA20_POLY1305_SHA256");
               return {};
           }});
    EXPECT_EQ(hooks, 2) << "one for each certificate";
    EXPECT_TRUE(connect(client_that_trusts(local_certificate())).opened);
    EXPECT_EQ(cipher, "TLS_CHACHA20_POLY1305_SHA256");
    ASSERT_TRUE(tls->reload());
    EXPECT_EQ(hooks, 4);
}

TEST_F(tls_of_openssl, resumes_sessions_of_each_version) {
    serve();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const auto with = *tls_client::create({
            .issuers = local_certificate().chain,
            .configure = [version](ssl_ctx_st* context) -> result<void> {
                SSL_CTX_set_max_proto_version(context, version);
                return {};
            },
        });
        EXPECT_FALSE(connect(with).resumed);
        EXPECT_TRUE(connect(with).resumed);
        EXPECT_TRUE(connect(with).resumed);
        EXPECT_FALSE(connect(with, "127.0.0.1").resumed); // another host
    }
}

} // namespace
} // namespace weft
