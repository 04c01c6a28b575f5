// SPDX-License-Identifier: MIT
// The texts of TLS errors, and the error conditions that they match.
#include <weft/stream/tls_error.hpp>

#include <string>

#include <weft/core/error.hpp>

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
    case tls_error::bad_setting: return "the TLS library does not accept this setting";
    case tls_error::not_supported:
        return "the TLS library does not support this version of TLS or this kind of key";
    }
    return "unknown error";
}

/// Returns true if the peer violates the TLS protocol. A certificate that is not accepted is no
/// such fault.
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

} // namespace

const std::error_category& tls_category() noexcept {
    static const tls_errors category;
    return category;
}

} // namespace weft
