// SPDX-License-Identifier: MIT
// Translating OpenSSL's errors.
#include <weft/tls/tls_error.hpp>

#include <new>
#include <string>

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include <weft/core/error.hpp>

#include "tls/chain_fault.hpp"
#include "tls/openssl_error.hpp"

namespace weft {
namespace {

const char* words(tls_error code) noexcept {
    switch (code) {
    case tls_error::not_tls: return "the peer does not speak TLS";
    case tls_error::handshake_truncated:
        return "the peer ended the stream during the TLS handshake";
    case tls_error::truncated: return "the stream ended without a TLS close_notify";
    case tls_error::certificate_expired:
        return "the peer's certificate, or that of an issuer, has expired";
    case tls_error::certificate_not_yet_valid:
        return "the peer's certificate, or that of an issuer, is not valid yet";
    case tls_error::wrong_name: return "the peer's certificate is for another host";
    case tls_error::self_signed: return "the peer's certificate is self-signed and not trusted";
    case tls_error::unknown_issuer:
        return "unknown authority: the issuer of the peer's certificate is not trusted";
    case tls_error::certificate_revoked: return "the peer's certificate has been revoked";
    case tls_error::certificate_rejected: return "the peer's certificate is not acceptable";
    case tls_error::certificate_required: return "the client has sent no certificate";
    case tls_error::refused_by_peer: return "the peer refused the TLS handshake";
    case tls_error::certificate_not_accepted: return "the peer does not accept this certificate";
    case tls_error::no_common_version: return "no version of TLS that both sides speak";
    case tls_error::no_common_protocol: return "no application protocol that both sides speak";
    case tls_error::bad_certificate_file: return "no PEM certificate could be read";
    case tls_error::bad_key_file: return "no PEM key could be read";
    case tls_error::key_mismatch: return "the key does not belong to the certificate";
    case tls_error::bad_trust_file: return "no certificates to trust could be read";
    case tls_error::http_request: return "HTTP request to an HTTPS server";
    case tls_error::http_answer: return "the server does not speak TLS (it answered in HTTP)";
    case tls_error::no_alternative_name:
        return "the peer's certificate has no subjectAltName; its common name does not count";
    case tls_error::bad_setting: return "OpenSSL does not accept this setting";
    }
    return "unknown error";
}

/// Returns true if the peer does not follow TLS. A certificate that is not accepted is no such
/// fault.
bool is_peer_fault(tls_error code) noexcept {
    switch (code) {
    case tls_error::not_tls:
    case tls_error::handshake_truncated:
    case tls_error::truncated:
    case tls_error::http_request:
    case tls_error::http_answer: return true;
    default: return false;
    }
}

/// Returns true if an alert of the peer says that it does not want this connection.
bool is_refusal(tls_error code) noexcept {
    return code == tls_error::refused_by_peer || code == tls_error::certificate_not_accepted;
}

class tls_errors final : public std::error_category {
public:
    const char* name() const noexcept override { return "weft-tls"; }
    std::string message(int code) const override { return words(static_cast<tls_error>(code)); }
    bool equivalent(int code, const std::error_condition& which) const noexcept override {
        if (which == make_error_condition(condition::protocol_error)) {
            return is_peer_fault(static_cast<tls_error>(code));
        }
        if (which == make_error_condition(condition::refused)) {
            return is_refusal(static_cast<tls_error>(code));
        }
        return std::error_category::equivalent(code, which);
    }
};

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

const std::error_category& tls_category() noexcept {
    static const tls_errors category;
    return category;
}

const std::error_category& openssl_category() noexcept {
    static const openssl_errors category;
    return category;
}

} // namespace weft
