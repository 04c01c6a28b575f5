// SPDX-License-Identifier: MIT
// A certificate made on the spot, for the TLS of either Asio.
#pragma once

#include <memory>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace weft::testing {

/// Gives `context` a new key and a certificate that it has signed itself.
inline bool use_self_signed(SSL_CTX* context) {
    static const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"),
                                                                    EVP_PKEY_free);
    const std::unique_ptr<X509, void (*)(X509*)> made(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    return X509_sign(made.get(), key.get(), EVP_sha256()) != 0 &&
           SSL_CTX_use_certificate(context, made.get()) == 1 &&
           SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

} // namespace weft::testing
