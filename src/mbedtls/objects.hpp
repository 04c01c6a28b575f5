// SPDX-License-Identifier: MIT
// Objects of Mbed TLS with constructors and destructors.
#pragma once

#include "mbedtls/library.hpp"

namespace weft {

template <class Object, auto Init, auto Free>
class owned_object {
public:
    owned_object() noexcept { Init(&object_); }
    ~owned_object() { Free(&object_); }
    owned_object(const owned_object&) = delete;
    owned_object& operator=(const owned_object&) = delete;

    [[nodiscard]] Object* get() noexcept { return &object_; }
    [[nodiscard]] const Object* get() const noexcept { return &object_; }
    [[nodiscard]] Object* operator->() noexcept { return &object_; }
    [[nodiscard]] const Object* operator->() const noexcept { return &object_; }

private:
    Object object_;
};

using certificate_chain = owned_object<mbedtls_x509_crt, mbedtls_x509_crt_init,
                                       mbedtls_x509_crt_free>;
using private_key = owned_object<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free>;
using ssl_config = owned_object<mbedtls_ssl_config, mbedtls_ssl_config_init,
                                mbedtls_ssl_config_free>;
using ssl_context = owned_object<mbedtls_ssl_context, mbedtls_ssl_init, mbedtls_ssl_free>;
using ssl_session = owned_object<mbedtls_ssl_session, mbedtls_ssl_session_init,
                                 mbedtls_ssl_session_free>;
using ticket_keys = owned_object<mbedtls_ssl_ticket_context, mbedtls_ssl_ticket_init,
                                 mbedtls_ssl_ticket_free>;
using certificate_writer = owned_object<mbedtls_x509write_cert, mbedtls_x509write_crt_init,
                                        mbedtls_x509write_crt_free>;

} // namespace weft
