// SPDX-License-Identifier: MIT
// A client's TLS context: trusted issuers, the expected host, and the stored sessions.
#include <weft/tls/tls_client.hpp>

#include <algorithm>
#include <new>
#include <utility>

#include <openssl/err.h>

#include <weft/core/address.hpp>

#include "stream/session_store.hpp"
#include "tls/certificate_files.hpp"
#include "tls/chain_fault.hpp"
#include "tls/openssl_error.hpp"
#include "tls/tls_context.hpp"

namespace weft {
namespace {

constexpr unsigned char protocols[] = "\x08http/1.1";

result<void> trust(SSL_CTX* context, const tls_client_options& options) {
    if (options.verify) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, note_chain_fault);
    } else {
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    }
    if (!options.issuers_file.empty() || !options.issuers.empty()) {
        return trust_issuers(context, options.issuers_file, options.issuers, options.fault);
    }
    if (SSL_CTX_set_default_verify_paths(context) != 1) return failure(take_openssl_error());
    return {};
}

/// Sets the name or address that the peer's subjectAltName must contain; a certificate without one
/// is rejected. The scope of an IPv6 address is removed, since certificates have none.
void expect(SSL* session, std::string host) {
    if (host.find(':') != host.npos) host.erase(std::min(host.find('%'), host.size()));
    X509_VERIFY_PARAM* const checked = SSL_get0_param(session);
    X509_VERIFY_PARAM_set_hostflags(
        checked, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    const bool numeric = address::parse(host, 0).has_value();
    const char* const name = host.empty() ? "invalid." : host.c_str();
    const bool done = numeric
        ? X509_VERIFY_PARAM_set1_ip_asc(checked, name) == 1
        : X509_VERIFY_PARAM_set1_host(checked, name, 0) == 1 &&
            (host.empty() || SSL_set_tlsext_host_name(session, name) == 1);
    ERR_clear_error();
    if (!done) throw std::bad_alloc();
}

/// Returns the host that `expect` has set.
std::string expected(SSL* session) {
    X509_VERIFY_PARAM* const checked = SSL_get0_param(session);
    if (const char* name = X509_VERIFY_PARAM_get0_host(checked, 0)) return name;
    char* const text = X509_VERIFY_PARAM_get1_ip_asc(checked);
    if (!text) throw std::bad_alloc(); // otherwise sessions of different hosts would be confused
    std::string address = text;
    OPENSSL_free(text);
    return address;
}

/// Removes the dot that ends a fully qualified name: certificates do not have it.
std::string without_last_dot(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    return std::string(host);
}

} // namespace

class tls_client::context final : public tls_context {
public:
    result<void> make(const tls_client_options& options);
    [[nodiscard]] owned_ssl connect(const std::string& host);

private:
    static int keep_session(SSL* of, SSL_SESSION* session) noexcept;

    owned_ssl_context context_;
    session_store<SSL_SESSION> sessions_;
};

result<void> tls_client::context::make(const tls_client_options& options) {
    auto made = make_ssl_context(TLS_client_method(), options.minimum);
    if (!made) return failure(made.error());
    SSL_CTX* const ssl = made->get();
    if (const auto trusted = trust(ssl, options); !trusted) return trusted;
    if (options.certificate) {
        const auto used = use_certificate(ssl, *options.certificate, options.fault);
        if (!used) return used;
    }
    SSL_CTX_set_alpn_protos(ssl, protocols, sizeof protocols - 1);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ssl, &context::keep_session);
    SSL_CTX_set_app_data(ssl, this);
    if (options.configure) {
        if (const auto configured = options.configure(ssl); !configured) return configured;
    }
    context_ = std::move(*made);
    return {};
}

owned_ssl tls_client::context::connect(const std::string& host) {
    auto session = make_session(context_.get(), SSL_set_connect_state);
    expect(session.get(), host);
    if (const auto earlier = sessions_.take(expected(session.get()))) {
        SSL_set_session(session.get(), earlier.get());
        ERR_clear_error();
    }
    return session;
}

/// Stores a session. Returns 0: OpenSSL still owns its reference.
int tls_client::context::keep_session(SSL* of, SSL_SESSION* session) noexcept {
    auto& self = *static_cast<context*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(of)));
    SSL_SESSION_up_ref(session);
    owned_ssl_session kept(session);
    const bool once = SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION;
    try {
        self.sessions_.keep(expected(of), std::move(kept), once);
    } catch (const std::bad_alloc&) {
        return 0; // the next handshake will be a full one
    }
    return 0;
}

tls_client::tls_client(std::shared_ptr<context> made) noexcept : context_(std::move(made)) {}

tls_client::~tls_client() = default;

result<std::shared_ptr<tls_client>> tls_client::create(tls_client_options options) {
    auto made = std::make_shared<context>();
    if (const auto ready = made->make(options); !ready) return failure(ready.error());
    return std::shared_ptr<tls_client>(new tls_client(std::move(made)));
}

std::unique_ptr<stream> tls_client::cover(std::unique_ptr<stream> plain, std::string_view host) {
    return context_->cover(std::move(plain), context_->connect(without_last_dot(host)));
}

} // namespace weft
