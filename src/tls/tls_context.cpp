// SPDX-License-Identifier: MIT
// Configures contexts, and makes sessions.
#include "tls/tls_context.hpp"

#include <new>
#include <utility>

#include <openssl/err.h>

#include <weft/stream/tls_stream.hpp>

#include "tls/openssl_error.hpp"
#include "tls/openssl_session.hpp"

namespace weft {
namespace {

/// TLS 1.2 ciphers with forward secrecy and authenticated encryption. All TLS 1.3 ciphers have
/// both.
constexpr const char* ciphers_of_tls_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";

} // namespace

result<owned_ssl_context> make_ssl_context(const SSL_METHOD* method, tls_version minimum) {
    ERR_clear_error();
    owned_ssl_context made(SSL_CTX_new(method));
    if (!made) return failure(take_openssl_error());
    SSL_CTX* const context = made.get();
    const int version = minimum == tls_version::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    if (SSL_CTX_set_min_proto_version(context, version) != 1 ||
        SSL_CTX_set_cipher_list(context, ciphers_of_tls_1_2) != 1) {
        return failure(take_openssl_error());
    }
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    return made;
}

/// Makes a session. From OpenSSL 3.2 on, setting the role replaces its record layer, and does not
/// return an error if memory runs out. Such a session must not be used; only the error queue shows
/// it.
owned_ssl tls_context::make_session(SSL_CTX* context, void (*set_role)(SSL*)) {
    ERR_clear_error();
    owned_ssl session(SSL_new(context));
    if (session) set_role(session.get());
    const bool incomplete = ERR_peek_error() != 0;
    ERR_clear_error();
    if (!session || incomplete) throw std::bad_alloc();
    SSL_set_read_ahead(session.get(), 0); // each record is decrypted when it is complete
    return session;
}

std::unique_ptr<stream> tls_context::cover(std::unique_ptr<stream> plain, owned_ssl session) {
    auto made = std::make_unique<openssl_session>(std::move(session), shared_from_this());
    return std::make_unique<tls_stream>(std::move(plain), std::move(made));
}

} // namespace weft
