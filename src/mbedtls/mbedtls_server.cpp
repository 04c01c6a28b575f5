// SPDX-License-Identifier: MIT
// A server's context for Mbed TLS: its certificates, one configuration, and the keys of tickets.
#include <weft/mbedtls/mbedtls_server.hpp>

#include <new>
#include <string_view>
#include <utility>

#include "mbedtls/error_codes.hpp"
#include "mbedtls/mbedtls_context.hpp"
#include "mbedtls/mbedtls_session.hpp"
#include "mbedtls/names.hpp"
#include "mbedtls/pem.hpp"
#include "stream/reloadable.hpp"

namespace weft {
namespace {

/// How long a session can be resumed, in seconds.
constexpr std::uint32_t ticket_lifetime = 7200;

int auth_mode(client_certificates wanted) noexcept {
    switch (wanted) {
    case client_certificates::ignored: return MBEDTLS_SSL_VERIFY_NONE;
    case client_certificates::wanted: return MBEDTLS_SSL_VERIFY_OPTIONAL;
    case client_certificates::required: return MBEDTLS_SSL_VERIFY_REQUIRED;
    }
    return MBEDTLS_SSL_VERIFY_REQUIRED;
}

/// Notes the name that a client asks for (SNI). Refuses names with NUL bytes and names that are too
/// long, as OpenSSL does; Mbed TLS does not check them.
int note_server_name(void*, mbedtls_ssl_context* ssl, const unsigned char* name,
                     std::size_t size) noexcept {
    const std::string_view asked(reinterpret_cast<const char*>(name), size);
    if (size > MBEDTLS_SSL_MAX_HOST_NAME_LEN || asked.find('\0') != asked.npos) {
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    }
    try {
        mbedtls_session::of(ssl).asked_for(std::string(asked));
    } catch (const std::bad_alloc&) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    return 0;
}

} // namespace

class mbedtls_server_context final : public mbedtls_context {
public:
    /// Accepts tickets of `earlier`, unless that is null.
    static result<std::shared_ptr<mbedtls_server_context>>
    make(const mbedtls_server_options& options, const mbedtls_server_context* earlier);

    [[nodiscard]] bool refuses_faults() const noexcept override {
        return clients_ == client_certificates::wanted;
    }

    void choose_certificate(mbedtls_ssl_context* ssl, const std::string& name) const override;

private:
    result<void> configure(const mbedtls_server_options& options,
                           const mbedtls_server_context* earlier);
    result<void> add(const tls_certificate& certificate, std::string* fault);
    result<void> use_tickets(const mbedtls_server_context* earlier);

    std::vector<std::unique_ptr<identity>> identities_;
    certificate_chain issuers_;
    std::shared_ptr<ticket_keys> tickets_;
    client_certificates clients_ = client_certificates::ignored;
};

result<std::shared_ptr<mbedtls_server_context>>
mbedtls_server_context::make(const mbedtls_server_options& options,
                             const mbedtls_server_context* earlier) {
    auto made = std::make_shared<mbedtls_server_context>();
    const auto ready = made->configure(options, earlier);
    if (!ready) return failure(ready.error());
    return made;
}

result<void> mbedtls_server_context::configure(const mbedtls_server_options& options,
                                               const mbedtls_server_context* earlier) {
    if (options.certificates.empty()) return failure(tls_error::bad_certificate_file);
    const auto begun = begin(MBEDTLS_SSL_IS_SERVER, options.minimum, options.fault);
    if (!begun) return begun;
    for (const auto& certificate : options.certificates) {
        if (const auto added = add(certificate, options.fault); !added) return added;
    }
    clients_ = options.clients;
    const bool asks = clients_ != client_certificates::ignored;
    if (asks) {
        const auto read = read_issuers(issuers_, options.client_issuers_file,
                                       options.client_issuers, options.fault);
        if (!read) return read;
        mbedtls_ssl_conf_ca_chain(config(), issuers_.get(), nullptr);
    }
    mbedtls_ssl_conf_authmode(config(), auth_mode(clients_));
    mbedtls_ssl_conf_sni(config(), note_server_name, nullptr);
    if (const auto used = use_tickets(asks ? nullptr : earlier); !used) return used;
    return finish(options.configure);
}

/// Adds a certificate. The first one is used if no other one is chosen.
result<void> mbedtls_server_context::add(const tls_certificate& certificate, std::string* fault) {
    auto made = std::make_unique<identity>();
    if (const auto read = read_identity(*made, certificate, fault); !read) return read;
    if (identities_.empty()) {
        const int outcome =
            mbedtls_ssl_conf_own_cert(config(), made->chain.get(), made->key.get());
        if (outcome != 0) return failure(mbedtls_error_of(outcome));
    }
    identities_.push_back(std::move(made));
    return {};
}

/// Keeps the ticket keys of `earlier`. If that is null, earlier sessions cannot be resumed. It is
/// null if clients are asked for certificates, because the rules for those may have changed. Then
/// there are no tickets at all if the library has TLS 1.3: its tickets do not contain the client's
/// certificate, so a resumed connection would not know its client.
result<void> mbedtls_server_context::use_tickets(const mbedtls_server_context* earlier) {
    if (has_tls_1_3 && clients_ != client_certificates::ignored) return {};
    if (earlier) {
        tickets_ = earlier->tickets_;
    } else {
        tickets_ = std::make_shared<ticket_keys>();
        const int outcome = mbedtls_ssl_ticket_setup(tickets_->get(), draw_random, nullptr,
                                                     MBEDTLS_CIPHER_AES_256_GCM, ticket_lifetime);
        if (outcome != 0) return failure(mbedtls_error_of(outcome));
    }
    mbedtls_ssl_conf_session_tickets_cb(config(), mbedtls_ssl_ticket_write,
                                        mbedtls_ssl_ticket_parse, tickets_->get());
    return {};
}

void mbedtls_server_context::choose_certificate(mbedtls_ssl_context* ssl,
                                                const std::string& name) const {
    for (const auto& one : identities_) {
        if (!is_for_host(*one->chain.get(), name)) continue;
        if (one == identities_.front()) return;
        const int outcome = mbedtls_ssl_set_hs_own_cert(ssl, one->chain.get(), one->key.get());
        if (outcome != 0) throw std::bad_alloc();
        return;
    }
}

struct mbedtls_server::state : reloadable<mbedtls_server_options, mbedtls_server_context> {};

mbedtls_server::mbedtls_server() : state_(std::make_unique<state>()) {}

mbedtls_server::~mbedtls_server() = default;

result<std::shared_ptr<mbedtls_server>> mbedtls_server::create(mbedtls_server_options options) {
    std::shared_ptr<mbedtls_server> made(new mbedtls_server);
    const auto loaded = made->reload(std::move(options));
    if (!loaded) return failure(loaded.error());
    return made;
}

result<void> mbedtls_server::reload() {
    return state_->reload();
}

result<void> mbedtls_server::reload(mbedtls_server_options options) {
    return state_->reload(std::move(options));
}

std::unique_ptr<stream> mbedtls_server::cover(std::unique_ptr<stream> plain, std::string_view) {
    const auto context = state_->current();
    return context->cover(std::move(plain), std::nullopt, nullptr);
}

} // namespace weft
