// SPDX-License-Identifier: MIT
// Smart pointers for OpenSSL's objects.
#pragma once

#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace weft {

template <auto Free>
struct freed_by {
    template <class Object>
    void operator()(Object* object) const noexcept {
        Free(object);
    }
};

using owned_bio = std::unique_ptr<BIO, freed_by<BIO_free>>;
using owned_key = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using owned_ssl = std::unique_ptr<SSL, freed_by<SSL_free>>;
using owned_ssl_context = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using owned_ssl_session = std::unique_ptr<SSL_SESSION, freed_by<SSL_SESSION_free>>;
using owned_x509 = std::unique_ptr<X509, freed_by<X509_free>>;

} // namespace weft
