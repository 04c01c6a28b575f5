// SPDX-License-Identifier: MIT
// Why TLS failed, in words of our own where a person can do something about it.
#pragma once

#include <system_error>

#include <weft/core/language.hpp>

namespace weft {

/// What went wrong with TLS. All else is told in OpenSSL's words, in `openssl_category`.
enum class tls_error {
    not_tls = 1,         ///< what the peer sent is not TLS
    handshake_truncated, ///< the peer ended the stream within the handshake
    truncated,           ///< the stream ended without TLS's own end: something may be missing
    certificate_expired, ///< the peer's certificate, or its issuer's, has expired
    certificate_not_yet_valid,
    wrong_name,     ///< the certificate is not for the host that was connected to
    self_signed,    ///< the peer vouches for itself, and is not trusted
    unknown_issuer, ///< an authority vouches for the peer that is not trusted
    certificate_revoked,
    certificate_rejected,     ///< another fault of the peer's certificate
    certificate_required,     ///< the client has sent none
    refused_by_peer,          ///< the peer did not like what this side sent (an alert)
    certificate_not_accepted, ///< the same: it was this side's certificate
    no_common_version,        ///< no version of TLS that both sides speak
    no_common_protocol,       ///< no protocol that both sides speak (ALPN)
    bad_certificate_file,     ///< no PEM certificate could be read
    bad_key_file,             ///< no PEM key could be read, or its password is wrong
    key_mismatch,             ///< key and certificate do not belong together
    bad_trust_file,           ///< no certificates to trust could be read
    http_request,             ///< a server was sent a plain HTTP request
    http_answer,              ///< a server has answered in plain HTTP
    no_alternative_name, ///< the certificate has no subjectAltName, and its common name does not
                         ///< count (RFC 9110 §4.3.4, RFC 9525 §2)
    bad_setting,         ///< OpenSSL does not take a setting, such as a list of ciphers
};

[[nodiscard]] const std::error_category& tls_category() noexcept;

/// The errors of OpenSSL, by their packed codes (`ERR_get_error`).
[[nodiscard]] const std::error_category& openssl_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(tls_error code) noexcept {
    return {static_cast<int>(code), tls_category()};
}

} // namespace weft

template <>
struct std::is_error_code_enum<weft::tls_error> : std::true_type {};
