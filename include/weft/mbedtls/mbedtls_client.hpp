// SPDX-License-Identifier: MIT
// The client side of TLS with Mbed TLS: its trusted issuers, and the sessions that it can resume.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <weft/core/result.hpp>
#include <weft/stream/secure_layer.hpp>
#include <weft/stream/tls_certificate.hpp>

struct mbedtls_ssl_config;

namespace weft {

struct mbedtls_client_options {
    /// The trusted issuers, as PEM, in a file or in memory. If both are empty, the system's trusted
    /// roots are used: those in the file that the environment variable SSL_CERT_FILE names, or in
    /// the system's usual file.
    std::string issuers_file = {};
    std::string issuers = {};

    /// If false, accepts any certificate for any name. An attacker between client and server can
    /// then read and change everything.
    bool verify = true;

    /// The client's certificate, sent to servers that request one.
    std::optional<tls_certificate> certificate = {};

    /// The oldest accepted version. Mbed TLS 2.28 has no TLS 1.3, and version 3 can be built
    /// without it. Then `create` fails for `tls_1_3` with `tls_error::not_supported`.
    tls_version minimum = tls_version::tls_1_2;

    /// Called with Mbed TLS's configuration once it is complete, to make further settings.
    std::function<result<void>(mbedtls_ssl_config*)> configure = {};

    /// If `create` fails, it writes here what the error concerns, such as a file name. Not used
    /// after `create` has returned.
    std::string* fault = nullptr;
};

/// TLS for any number of clients and connections, on any number of threads.
///
/// Verifies servers as `tls_client` does, which uses OpenSSL. Keeps sessions in memory, and resumes
/// them with the same host; a TLS 1.3 session is used only once.
class mbedtls_client final : public secure_layer {
public:
    /// Fails with a `tls_error`, the system's error for a file, or an error of Mbed TLS.
    static result<std::shared_ptr<mbedtls_client>> create(mbedtls_client_options options = {});

    ~mbedtls_client() override;

    std::unique_ptr<stream> cover(std::unique_ptr<stream> plain, std::string_view host) override;

private:
    class context;

    explicit mbedtls_client(std::shared_ptr<context> made) noexcept;

    std::shared_ptr<context> context_;
};

} // namespace weft
