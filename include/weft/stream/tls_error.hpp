// SPDX-License-Identifier: MIT
// TLS errors: Weft's own codes for errors that a user can fix.
#pragma once

#include <system_error>

#include <weft/core/language.hpp>

namespace weft {

/// Why TLS failed. Errors that have no code here are reported in the TLS library's own category.
enum class tls_error {
    not_tls = 1,         ///< what the peer sent is not TLS
    handshake_truncated, ///< the peer ended the stream during the handshake
    truncated,           ///< the stream ended without TLS's close_notify: data may be missing
    certificate_expired, ///< the peer's certificate, or an issuer's, has expired
    certificate_not_yet_valid,
    wrong_name,     ///< the certificate is not for the host that was connected to
    self_signed,    ///< the peer's certificate is self-signed and not trusted
    unknown_issuer, ///< the peer's certificate comes from an issuer that is not trusted
    certificate_revoked,
    certificate_rejected,     ///< another fault of the peer's certificate
    certificate_required,     ///< the client sent no certificate
    refused_by_peer,          ///< the peer rejected what this side sent (an alert)
    certificate_not_accepted, ///< the peer rejected this side's certificate
    no_common_version,        ///< no version of TLS that both sides support
    no_common_protocol,       ///< no protocol that both sides support (ALPN)
    bad_certificate_file,     ///< no PEM certificate could be read
    bad_key_file,             ///< no PEM key could be read, or its password is wrong
    key_mismatch,             ///< key and certificate do not belong together
    bad_trust_file,           ///< no certificates to trust could be read
    http_request,             ///< the client sent a plain HTTP request to a TLS server
    http_answer,              ///< the server answered in plain HTTP
    no_alternative_name, ///< the certificate has no subjectAltName, and its common name is not
                         ///< considered (RFC 9110 §4.3.4, RFC 9525 §2)
    bad_setting,         ///< the TLS library rejects a setting, such as a list of ciphers
    not_supported,       ///< the TLS library does not support a version of TLS or a kind of key
};

[[nodiscard]] const std::error_category& tls_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(tls_error code) noexcept {
    return {static_cast<int>(code), tls_category()};
}

} // namespace weft

template <>
struct std::is_error_code_enum<weft::tls_error> : std::true_type {};
