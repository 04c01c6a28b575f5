// SPDX-License-Identifier: MIT
// A client's side of TLS: whom it trusts, and the sessions that it can go on with.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <weft/core/result.hpp>
#include <weft/stream/secure_layer.hpp>
#include <weft/tls/tls_certificate.hpp>

struct ssl_ctx_st; // OpenSSL's SSL_CTX

namespace weft {

struct tls_client_options {
    /// Whom to trust, as PEM: a file, or memory. Without either the system's roots.
    std::string issuers_file = {};
    std::string issuers = {};

    /// False takes any certificate for any name: whoever sits in between can read and change
    /// everything.
    bool verify = true;

    /// What servers are shown that ask for a certificate.
    std::optional<tls_certificate> certificate = {};

    tls_version minimum = tls_version::tls_1_2;

    /// Called with OpenSSL's SSL_CTX once it is ready for use.
    std::function<result<void>(ssl_ctx_st*)> configure = {};

    /// Where a failed `create` writes what it is about, such as the file; it is not kept beyond.
    std::string* fault = nullptr;
};

/// The TLS of any number of clients and connections, on any threads.
///
/// Checks by default that a trusted issuer vouches for the peer's certificate, and that it is for
/// the host that was connected to, a name or an address. Session tickets are kept in memory and
/// used once, for the same host.
class tls_client final : public secure_layer {
public:
    /// Fails with a `tls_error`, with what the system says of a file, or with what OpenSSL does.
    static result<std::shared_ptr<tls_client>> create(tls_client_options options = {});

    ~tls_client() override;

    std::unique_ptr<stream> cover(std::unique_ptr<stream> plain, std::string_view host) override;

private:
    class context;

    explicit tls_client(std::shared_ptr<context> made) noexcept;

    std::shared_ptr<context> context_;
};

} // namespace weft
