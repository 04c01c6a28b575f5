// SPDX-License-Identifier: MIT
// Translates the error codes of Mbed TLS.
#include "mbedtls/error_codes.hpp"

#include <array>
#include <string>

#include "mbedtls/library.hpp"

namespace weft {
namespace {

class mbedtls_errors final : public std::error_category {
public:
    const char* name() const noexcept override { return "mbedtls"; }
    std::string message(int code) const override {
        std::array<char, 200> text{};
        mbedtls_strerror(code, text.data(), text.size());
        return std::string("TLS: ") + text.data();
    }
};

/// Returns the part of `code` that a high-level module has set. A low-level module's code may have
/// been added to it.
int module_part(int code) noexcept {
    return -(-code & 0xff80);
}

bool is_lack_of_memory(int code) noexcept {
    switch (module_part(code)) {
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
    case MBEDTLS_ERR_X509_ALLOC_FAILED:
    case MBEDTLS_ERR_PK_ALLOC_FAILED:
    case MBEDTLS_ERR_PEM_ALLOC_FAILED:
    case MBEDTLS_ERR_ECP_ALLOC_FAILED:
    case MBEDTLS_ERR_MD_ALLOC_FAILED: return true;
    default: break;
    }
    const int below = -(-code & 0x7f);
    return below == MBEDTLS_ERR_MPI_ALLOC_FAILED || below == MBEDTLS_ERR_ASN1_ALLOC_FAILED;
}

} // namespace

std::error_code mbedtls_error_of(int code) noexcept {
    if (is_lack_of_memory(code)) return std::make_error_code(std::errc::not_enough_memory);
    switch (code) {
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE: return tls_error::certificate_required;
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY: return tls_error::handshake_truncated;
    case MBEDTLS_ERR_SSL_CA_CHAIN_REQUIRED: return tls_error::unknown_issuer;
    case wrong_certificate_error: return tls_error::certificate_rejected;
    case wrong_version_error: return tls_error::no_common_version;
    default: return {code, mbedtls_category()};
    }
}

std::error_code error_of_alert(std::uint8_t alert) noexcept {
    switch (alert) {
    case MBEDTLS_SSL_ALERT_MSG_BAD_CERT:
    case MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT:
    case MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED:
    case MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED:
    case MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN:
    case MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA: return tls_error::certificate_not_accepted;
    case MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION: return tls_error::no_common_version;
    case MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL: return tls_error::no_common_protocol;
    case 116: return tls_error::certificate_required; // certificate_required of TLS 1.3
    case MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE:
    case MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED:
    case MBEDTLS_SSL_ALERT_MSG_INSUFFICIENT_SECURITY:
    case MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME: return tls_error::refused_by_peer;
    default: return {};
    }
}

bool is_unknown_kind(int code) noexcept {
    switch (module_part(code)) {
    case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
    case MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE:
    case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
    case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
    case MBEDTLS_ERR_PEM_UNKNOWN_ENC_ALG:
    case MBEDTLS_ERR_PKCS5_FEATURE_UNAVAILABLE:
    case MBEDTLS_ERR_PKCS12_FEATURE_UNAVAILABLE: return true;
    default: return false;
    }
}

const std::error_category& mbedtls_category() noexcept {
    static const mbedtls_errors category;
    return category;
}

} // namespace weft
