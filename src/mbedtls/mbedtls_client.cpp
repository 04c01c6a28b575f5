// SPDX-License-Identifier: MIT
// A client's context for Mbed TLS: trusted issuers, and the stored sessions.
#include <weft/mbedtls/mbedtls_client.hpp>

#include <algorithm>
#include <utility>

#include "mbedtls/error_codes.hpp"
#include "mbedtls/mbedtls_context.hpp"
#include "mbedtls/pem.hpp"
#include "stream/session_store.hpp"

namespace weft {
namespace {

/// Returns `host` as certificates contain it: a name without the final dot of a fully qualified
/// name, an address without its scope.
std::string name_of(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    const bool may_have_scope = host.find(':') != host.npos;
    return std::string(may_have_scope ? host.substr(0, host.find('%')) : host);
}

} // namespace

class mbedtls_client::context final : public mbedtls_context {
public:
    result<void> make(const mbedtls_client_options& options);
    [[nodiscard]] std::unique_ptr<stream> connect(std::unique_ptr<stream> plain, std::string host);

    void keep(const std::string& host, std::shared_ptr<ssl_session> session, bool once) override {
        sessions_.keep(host, std::move(session), once);
    }

private:
    certificate_chain issuers_;
    identity own_;
    session_store<ssl_session> sessions_;
};

result<void> mbedtls_client::context::make(const mbedtls_client_options& options) {
    const auto begun = begin(MBEDTLS_SSL_IS_CLIENT, options.minimum, options.fault);
    if (!begun) return begun;
    if (!options.issuers_file.empty() || !options.issuers.empty()) {
        const auto read = read_issuers(issuers_, options.issuers_file, options.issuers,
                                       options.fault);
        if (!read) return read;
    } else if (options.verify) {
        read_system_roots(issuers_);
    }
    if (options.certificate) {
        if (const auto read = read_identity(own_, *options.certificate, options.fault); !read) {
            return read;
        }
        const int outcome = mbedtls_ssl_conf_own_cert(config(), own_.chain.get(), own_.key.get());
        if (outcome != 0) return failure(mbedtls_error_of(outcome));
    }
    mbedtls_ssl_conf_ca_chain(config(), issuers_.get(), nullptr);
    mbedtls_ssl_conf_authmode(config(), options.verify ? MBEDTLS_SSL_VERIFY_REQUIRED
                                                       : MBEDTLS_SSL_VERIFY_NONE);
    want_tickets(config());
    return finish(options.configure);
}

std::unique_ptr<stream> mbedtls_client::context::connect(std::unique_ptr<stream> plain,
                                                         std::string host) {
    const auto earlier = sessions_.take(host);
    return cover(std::move(plain), std::move(host), earlier);
}

mbedtls_client::mbedtls_client(std::shared_ptr<context> made) noexcept
    : context_(std::move(made)) {}

mbedtls_client::~mbedtls_client() = default;

result<std::shared_ptr<mbedtls_client>> mbedtls_client::create(mbedtls_client_options options) {
    auto made = std::make_shared<context>();
    if (const auto ready = made->make(options); !ready) return failure(ready.error());
    return std::shared_ptr<mbedtls_client>(new mbedtls_client(std::move(made)));
}

std::unique_ptr<stream> mbedtls_client::cover(std::unique_ptr<stream> plain,
                                              std::string_view host) {
    return context_->connect(std::move(plain), name_of(host));
}

} // namespace weft
