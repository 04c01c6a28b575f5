// SPDX-License-Identifier: MIT
// Configures Mbed TLS, and makes sessions.
#include "mbedtls/mbedtls_context.hpp"

#include <utility>

#include <weft/stream/tls_stream.hpp>

#include "mbedtls/error_codes.hpp"
#include "mbedtls/mbedtls_session.hpp"

namespace weft {
namespace {

/// The ciphers of TLS 1.3, and those of TLS 1.2 with forward secrecy and authenticated encryption.
constexpr int ciphers[] = {
#ifdef WEFT_MBEDTLS_HAS_TLS_1_3
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
#endif
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    0,
};

const char* protocols[] = {"http/1.1", nullptr};

} // namespace

void mbedtls_context::keep(const std::string&, std::shared_ptr<ssl_session>, bool) {}

result<void> mbedtls_context::begin(int role, tls_version minimum, std::string* fault) {
    if (!prepare_library()) return failure(std::make_error_code(std::errc::not_enough_memory));
    if (minimum == tls_version::tls_1_3 && !has_tls_1_3) {
        if (fault) *fault = "TLS 1.3 with Mbed TLS " MBEDTLS_VERSION_STRING;
        return failure(tls_error::not_supported);
    }
    mbedtls_ssl_config* const to = config_.get();
    int outcome = mbedtls_ssl_config_defaults(to, role, MBEDTLS_SSL_TRANSPORT_STREAM,
                                              MBEDTLS_SSL_PRESET_DEFAULT);
    if (outcome == 0) outcome = mbedtls_ssl_conf_alpn_protocols(to, protocols);
    if (outcome != 0) return failure(mbedtls_error_of(outcome));
    mbedtls_ssl_conf_rng(to, draw_random, nullptr);
    mbedtls_ssl_conf_ciphersuites(to, ciphers);
    require_tls_1_2(to);
    require_forward_secrecy(to);
    if (minimum == tls_version::tls_1_3) require_tls_1_3(to);
    return {};
}

result<void> mbedtls_context::finish(
    const std::function<result<void>(mbedtls_ssl_config*)>& configure) {
    if (configure) {
        if (const auto configured = configure(config_.get()); !configured) return configured;
    }
    ssl_context trial;
    const int outcome = mbedtls_ssl_setup(trial.get(), config_.get());
    if (outcome != 0) return failure(mbedtls_error_of(outcome));
    return {};
}

std::unique_ptr<stream> mbedtls_context::cover(std::unique_ptr<stream> plain,
                                               std::optional<std::string> host,
                                               const std::shared_ptr<ssl_session>& earlier) {
    auto session = std::make_unique<mbedtls_session>(shared_from_this(), std::move(host));
    if (earlier) session->resume(*earlier);
    return std::make_unique<tls_stream>(std::move(plain), std::move(session));
}

} // namespace weft
