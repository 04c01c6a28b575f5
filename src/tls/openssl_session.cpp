// SPDX-License-Identifier: MIT
// Calls OpenSSL for one connection.
#include "tls/openssl_session.hpp"

#include <new>
#include <utility>

#include <openssl/err.h>

#include <weft/tls/tls_stream.hpp>

#include "tls/openssl_error.hpp"
#include "tls/stream_bio.hpp"
#include "tls/tls_context.hpp"

namespace weft {
namespace {

constexpr std::string_view library_name = "OpenSSL";

tls_progress progress_of(const SSL* ssl, int outcome) noexcept {
    if (outcome == 1) return tls_progress::done;
    switch (SSL_get_error(ssl, outcome)) {
    case SSL_ERROR_WANT_READ: return tls_progress::needs_input;
    case SSL_ERROR_ZERO_RETURN: return tls_progress::ended;
    default: return tls_progress::failed;
    }
}

} // namespace

openssl_session::openssl_session(owned_ssl made, std::shared_ptr<tls_context> context)
    : context_(std::move(context)), ssl_(std::move(made)) {
    BIO* const bio = stream_bio::make();
    ERR_clear_error();
    if (!bio) throw std::bad_alloc();
    SSL_set_bio(ssl_.get(), bio, bio);
}

openssl_session::~openssl_session() {
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); // keeps it resumable
}

void openssl_session::attach(tls_wire& wire) noexcept {
    stream_bio::attach(SSL_get_rbio(ssl_.get()), wire);
}

tls_progress openssl_session::shake_hands() noexcept {
    ERR_clear_error();
    return progress_of(ssl_.get(), SSL_do_handshake(ssl_.get()));
}

tls_progress openssl_session::read(std::span<std::byte> to, std::size_t& size) noexcept {
    ERR_clear_error();
    return progress_of(ssl_.get(), SSL_read_ex(ssl_.get(), to.data(), to.size(), &size));
}

bool openssl_session::write(std::span<const std::byte> plain) noexcept {
    ERR_clear_error();
    std::size_t written = 0;
    return SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &written) == 1;
}

void openssl_session::end_output() noexcept {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

bool openssl_session::ended() const noexcept {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

std::error_code openssl_session::take_error() noexcept {
    return take_openssl_error(ssl_.get());
}

/// One record buffer per direction, freed when idle (SSL_MODE_RELEASE_BUFFERS).
std::size_t openssl_session::memory_used(bool idle) const noexcept {
    constexpr std::size_t buffer = 17 * 1024;
    return idle ? 0 : 2 * buffer;
}

bool openssl_session::serves() const noexcept {
    return SSL_is_server(ssl_.get()) != 0;
}

std::string_view openssl_session::version() const noexcept {
    return SSL_get_version(ssl_.get());
}

std::string_view openssl_session::cipher() const noexcept {
    return SSL_get_cipher_name(ssl_.get());
}

std::string_view openssl_session::application_protocol() const noexcept {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

std::string_view openssl_session::server_name() const noexcept {
    const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name ? std::string_view(name) : std::string_view();
}

bool openssl_session::resumed() const noexcept {
    return SSL_session_reused(ssl_.get()) == 1;
}

std::string openssl_session::peer_subject() const {
    const owned_x509 peer(SSL_get1_peer_certificate(ssl_.get()));
    const owned_bio text(BIO_new(BIO_s_mem()));
    if (!peer || !text) return {};
    X509_NAME_print_ex(text.get(), X509_get_subject_name(peer.get()), 0,
                       XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

std::string_view openssl_session::library() const noexcept {
    return library_name;
}

ssl_st* openssl_of(const tls_stream& over) noexcept {
    const tls_session& session = over.session();
    return session.library() == library_name ? static_cast<ssl_st*>(session.native()) : nullptr;
}

} // namespace weft
