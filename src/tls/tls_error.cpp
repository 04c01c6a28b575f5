// SPDX-License-Identifier: MIT
// Translating OpenSSL's errors.
#include <weft/tls/tls_error.hpp>

#include <string>

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include "tls/chain_fault.hpp"
#include "tls/openssl_error.hpp"

namespace weft {
namespace {

class openssl_errors final : public std::error_category {
public:
    const char* name() const noexcept override { return "openssl"; }
    std::string message(int code) const override {
        const char* reason = ERR_reason_error_string(static_cast<unsigned long>(code));
        return std::string("TLS: ") + (reason ? reason : "unknown error");
    }
};

/// Translates the OpenSSL errors that have a `tls_error`.
std::error_code translate(int reason) noexcept {
    switch (reason) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST: return tls_error::http_request;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
    case SSL_R_BAD_RECORD_TYPE: return tls_error::not_tls;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: return tls_error::certificate_required;
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN: return tls_error::certificate_not_accepted;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: return tls_error::no_common_version;
    case SSL_R_NO_APPLICATION_PROTOCOL:
    case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: return tls_error::no_common_protocol;
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED: return tls_error::refused_by_peer;
    default: return {};
    }
}

tls_error fault_of_certificate(long verdict) noexcept {
    switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return tls_error::certificate_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return tls_error::certificate_not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return tls_error::wrong_name;
    case no_alternative_name_verdict: return tls_error::no_alternative_name;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return tls_error::self_signed;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return tls_error::unknown_issuer;
    case X509_V_ERR_CERT_REVOKED: return tls_error::certificate_revoked;
    default: return tls_error::certificate_rejected;
    }
}

} // namespace

std::error_code take_openssl_error() noexcept {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return std::make_error_code(std::errc::io_error);
    if (ERR_SYSTEM_ERROR(code)) return {ERR_GET_REASON(code), std::system_category()};
    const int reason = ERR_GET_REASON(code);
    if (reason == ERR_R_MALLOC_FAILURE) return std::make_error_code(std::errc::not_enough_memory);
    if (ERR_GET_LIB(code) == ERR_LIB_SSL) {
        if (const auto known = translate(reason)) return known;
    }
    return {static_cast<int>(code), openssl_category()};
}

std::error_code take_openssl_error(const SSL* ssl) noexcept {
    const unsigned long first = ERR_peek_error();
    const bool certificate = ERR_GET_LIB(first) == ERR_LIB_SSL &&
        ERR_GET_REASON(first) == SSL_R_CERTIFICATE_VERIFY_FAILED;
    if (!certificate) return take_openssl_error();
    ERR_clear_error();
    return fault_of_certificate(SSL_get_verify_result(ssl));
}

const std::error_category& openssl_category() noexcept {
    static const openssl_errors category;
    return category;
}

} // namespace weft
