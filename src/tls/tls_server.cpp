// SPDX-License-Identifier: MIT
// A server's TLS contexts: one SSL_CTX for each certificate; every handshake begins with the first.
#include <weft/tls/tls_server.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/err.h>

#include "stream/reloadable.hpp"
#include "tls/certificate_files.hpp"
#include "tls/chain_fault.hpp"
#include "tls/openssl_error.hpp"
#include "tls/tls_context.hpp"

namespace weft {
namespace {

constexpr std::array<unsigned char, 4> session_context{'w', 'e', 'f', 't'};

/// Keys for session tickets: a name, an authentication and an encryption key.
using ticket_keys = std::array<unsigned char, 80>;

/// Chooses `http/1.1` if the client offers it (RFC 7301); an offer without it is refused.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) noexcept {
    static constexpr unsigned char ours[] = "\x08http/1.1";
    unsigned char* found = nullptr;
    const int outcome =
        SSL_select_next_proto(&found, size, ours, sizeof ours - 1, offered, offered_size);
    *chosen = found;
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int verify_mode(client_certificates wanted) noexcept {
    switch (wanted) {
    case client_certificates::ignored: return SSL_VERIFY_NONE;
    case client_certificates::wanted: return SSL_VERIFY_PEER;
    case client_certificates::required:
        return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    }
    return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

/// Keeps the ticket keys, unless clients are asked for certificates: since the rules for those may
/// have changed, such clients need a full handshake.
void go_on_with_sessions(const tls_server_options& options, SSL_CTX* old, SSL_CTX* now) noexcept {
    if (options.clients != client_certificates::ignored) return;
    ticket_keys keys;
    if (SSL_CTX_get_tlsext_ticket_keys(old, keys.data(), keys.size()) == 1) {
        SSL_CTX_set_tlsext_ticket_keys(now, keys.data(), keys.size());
    }
    OPENSSL_cleanse(keys.data(), keys.size());
    ERR_clear_error();
}

} // namespace

class server_context final : public tls_context {
public:
    /// Accepts tickets of `earlier`, unless that is null.
    static result<std::shared_ptr<server_context>> make(const tls_server_options& options,
                                                        const server_context* earlier);

    [[nodiscard]] SSL_CTX* first() const noexcept { return contexts_.front().get(); }

private:
    result<void> add(const tls_certificate& certificate, const tls_server_options& options);
    static int choose_certificate(SSL* session, int* alert, void* self) noexcept;

    std::vector<owned_ssl_context> contexts_;
};

result<std::shared_ptr<server_context>>
server_context::make(const tls_server_options& options, const server_context* earlier) {
    if (options.certificates.empty()) return failure(tls_error::bad_certificate_file);
    auto made = std::make_shared<server_context>();
    for (const auto& certificate : options.certificates) {
        if (const auto added = made->add(certificate, options); !added) {
            return failure(added.error());
        }
    }
    SSL_CTX_set_tlsext_servername_callback(made->first(), &server_context::choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(made->first(), made.get());
    if (earlier) go_on_with_sessions(options, earlier->first(), made->first());
    return made;
}

result<void> server_context::add(const tls_certificate& certificate,
                                 const tls_server_options& options) {
    auto made = make_ssl_context(TLS_server_method(), options.minimum);
    if (!made) return failure(made.error());
    SSL_CTX* const context = made->get();
    if (const auto used = use_certificate(context, certificate, options.fault); !used) return used;
    if (options.clients != client_certificates::ignored) {
        const auto trusted = trust_issuers(context, options.client_issuers_file,
                                           options.client_issuers, options.fault);
        if (!trusted) return trusted;
    }
    const bool asks = options.clients != client_certificates::ignored;
    SSL_CTX_set_verify(context, verify_mode(options.clients), asks ? note_chain_fault : nullptr);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); // tickets need no memory here
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_session_id_context(context, session_context.data(), session_context.size());
    if (options.configure) {
        if (const auto configured = options.configure(context); !configured) return configured;
    }
    contexts_.push_back(std::move(*made));
    return {};
}

int server_context::choose_certificate(SSL* session, int*, void* self) noexcept {
    const char* name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    if (!name) return SSL_TLSEXT_ERR_NOACK;
    for (const auto& one : static_cast<server_context*>(self)->contexts_) {
        X509* const certificate = SSL_CTX_get0_certificate(one.get());
        if (X509_check_host(certificate, name, 0, 0, nullptr) != 1) continue;
        SSL_set_SSL_CTX(session, one.get());
        break;
    }
    return SSL_TLSEXT_ERR_OK;
}

struct tls_server::state : reloadable<tls_server_options, server_context> {};

tls_server::tls_server() : state_(std::make_unique<state>()) {}

tls_server::~tls_server() = default;

result<std::shared_ptr<tls_server>> tls_server::create(tls_server_options options) {
    std::shared_ptr<tls_server> made(new tls_server);
    if (const auto loaded = made->reload(std::move(options)); !loaded) {
        return failure(loaded.error());
    }
    return made;
}

result<void> tls_server::reload() {
    return state_->reload();
}

result<void> tls_server::reload(tls_server_options options) {
    return state_->reload(std::move(options));
}

std::unique_ptr<stream> tls_server::cover(std::unique_ptr<stream> plain, std::string_view) {
    const auto context = state_->current();
    auto session = tls_context::make_session(context->first(), SSL_set_accept_state);
    return context->cover(std::move(plain), std::move(session));
}

} // namespace weft
