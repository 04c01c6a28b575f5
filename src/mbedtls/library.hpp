// SPDX-License-Identifier: MIT
// The headers of Mbed TLS, and the differences between its versions 2.28 and 3.
#pragma once

#define MBEDTLS_ALLOW_PRIVATE_ACCESS // version 3 has no public function for all that is needed

#include <climits>
#include <cstddef>
#include <string>

#include <mbedtls/asn1.h>
#include <mbedtls/asn1write.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/pkcs12.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && MBEDTLS_VERSION_NUMBER >= 0x03000000
#define WEFT_MBEDTLS_HAS_TLS_1_3 1
#endif

#if defined(WEFT_MBEDTLS_HAS_TLS_1_3) || defined(MBEDTLS_USE_PSA_CRYPTO)
#include <psa/crypto.h>
#define WEFT_MBEDTLS_USES_PSA 1
#endif

namespace weft {

/// Fills `to` with random bytes. All functions of Mbed TLS that take a random generator get this
/// one. After a fork, both processes draw different bytes. The keys of TLS 1.3 come from the
/// generator of the library's PSA part instead.
int draw_random(void*, unsigned char* to, std::size_t size) noexcept;

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
inline constexpr int wrong_version_error = MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION;
inline constexpr int wrong_certificate_error = MBEDTLS_ERR_SSL_BAD_CERTIFICATE;

/// Version 3 has no older version of TLS.
inline void require_tls_1_2(mbedtls_ssl_config*) noexcept {}

inline int parse_key(mbedtls_pk_context* key, const std::string& pem,
                     const std::string& password) noexcept {
    return mbedtls_pk_parse_key(key, reinterpret_cast<const unsigned char*>(pem.c_str()),
                                pem.size() + 1,
                                reinterpret_cast<const unsigned char*>(password.data()),
                                password.size(), draw_random, nullptr);
}

inline bool is_pair(const mbedtls_pk_context* certified, const mbedtls_pk_context* key) noexcept {
    return mbedtls_pk_check_pair(certified, key, draw_random, nullptr) == 0;
}
#else
inline constexpr int wrong_version_error = MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION;
inline constexpr int wrong_certificate_error = MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE;

inline void require_tls_1_2(mbedtls_ssl_config* config) noexcept {
    mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
}

inline int parse_key(mbedtls_pk_context* key, const std::string& pem,
                     const std::string& password) noexcept {
    return mbedtls_pk_parse_key(key, reinterpret_cast<const unsigned char*>(pem.c_str()),
                                pem.size() + 1,
                                reinterpret_cast<const unsigned char*>(password.data()),
                                password.size());
}

inline bool is_pair(const mbedtls_pk_context* certified, const mbedtls_pk_context* key) noexcept {
    return mbedtls_pk_check_pair(certified, key) == 0;
}
#endif

#if MBEDTLS_VERSION_NUMBER >= 0x03040000
inline int set_serial(mbedtls_x509write_cert* to, unsigned char* number,
                      std::size_t size) noexcept {
    return mbedtls_x509write_crt_set_serial_raw(to, number, size);
}
#else
inline int set_serial(mbedtls_x509write_cert* to, unsigned char* number,
                      std::size_t size) noexcept {
    mbedtls_mpi serial;
    mbedtls_mpi_init(&serial);
    int outcome = mbedtls_mpi_read_binary(&serial, number, size);
    if (outcome == 0) outcome = mbedtls_x509write_crt_set_serial(to, &serial);
    mbedtls_mpi_free(&serial);
    return outcome;
}
#endif

/// Initialises the PSA part of the library, which TLS 1.3 uses, and in some builds everything else.
inline bool prepare_library() noexcept {
#ifdef WEFT_MBEDTLS_USES_PSA
    static const bool prepared = psa_crypto_init() == PSA_SUCCESS;
    return prepared;
#else
    return true;
#endif
}

#ifdef WEFT_MBEDTLS_HAS_TLS_1_3
inline constexpr bool has_tls_1_3 = true;
inline constexpr int new_ticket = MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;

inline void require_tls_1_3(mbedtls_ssl_config* config) noexcept {
    mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_3);
}

/// Makes resumed sessions of TLS 1.3 exchange keys, too. Otherwise, an attacker who recorded a
/// connection and later gets the ticket key could decrypt the connection.
inline void require_forward_secrecy(mbedtls_ssl_config* config) noexcept {
    mbedtls_ssl_conf_tls13_key_exchange_modes(config,
                                              MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
}

/// Makes a client report the tickets of TLS 1.3. Before version 3.6.1, clients always do.
inline void want_tickets([[maybe_unused]] mbedtls_ssl_config* config) noexcept {
#ifdef MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
#endif
}
#else
inline constexpr bool has_tls_1_3 = false;
inline constexpr int new_ticket = INT_MIN; // no result has this value

inline void require_tls_1_3(mbedtls_ssl_config*) noexcept {}
inline void require_forward_secrecy(mbedtls_ssl_config*) noexcept {}
inline void want_tickets(mbedtls_ssl_config*) noexcept {}
#endif

} // namespace weft
