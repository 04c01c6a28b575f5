// SPDX-License-Identifier: MIT
// The client side of TLS: its trusted issuers, and the sessions that it can resume.
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
    /// The trusted issuers, as PEM, in a file or in memory. If both are empty, the system's trusted
    /// roots are used.
    std::string issuers_file = {};
    std::string issuers = {};

    /// If false, accepts any certificate for any name. An attacker between client and server can
    /// then read and change everything.
    bool verify = true;

    /// The client's certificate, sent to servers that request one.
    std::optional<tls_certificate> certificate = {};

    tls_version minimum = tls_version::tls_1_2;

    /// Called with OpenSSL's SSL_CTX once it is configured, to make further settings.
    std::function<result<void>(ssl_ctx_st*)> configure = {};

    /// If `create` fails, it writes here what the error concerns, such as a file name. Not used
    /// after `create` has returned.
    std::string* fault = nullptr;
};

/// TLS for any number of clients and connections, on any number of threads.
///
/// By default, verifies that the server's certificate comes from a trusted issuer and is valid for
/// the host (a name or an address) to which the client connects. Keeps sessions in memory, and
/// resumes them with the same host; a TLS 1.3 session is used only once.
class tls_client final : public secure_layer {
public:
    /// Fails with a `tls_error`, the system's error for a file, or OpenSSL's error.
    static result<std::shared_ptr<tls_client>> create(tls_client_options options = {});

    ~tls_client() override;

    std::unique_ptr<stream> cover(std::unique_ptr<stream> plain, std::string_view host) override;

private:
    class context;

    explicit tls_client(std::shared_ptr<context> made) noexcept;

    std::shared_ptr<context> context_;
};

} // namespace weft
