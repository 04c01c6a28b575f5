// SPDX-License-Identifier: MIT
// The server side of TLS with Mbed TLS: its certificates, and which client certificates it accepts.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <weft/core/result.hpp>
#include <weft/stream/secure_layer.hpp>
#include <weft/stream/tls_certificate.hpp>

struct mbedtls_ssl_config;

namespace weft {

struct mbedtls_server_options {
    /// The first one whose subjectAltName matches the name that the client asks for (SNI) is used.
    /// If the client sends no name, or none matches, the first certificate is used.
    std::vector<tls_certificate> certificates = {};

    /// The oldest accepted version. Mbed TLS 2.28 has no TLS 1.3, and version 3 can be built
    /// without it. Then `create` fails for `tls_1_3` with `tls_error::not_supported`.
    tls_version minimum = tls_version::tls_1_2;

    /// Whether to ask clients for a certificate. If so, the trusted issuers must be given, as PEM,
    /// in a file or in memory.
    client_certificates clients = client_certificates::ignored;
    std::string client_issuers_file = {};
    std::string client_issuers = {};

    /// Called with Mbed TLS's configuration once it is complete, to make further settings; also on
    /// a reload. All certificates share this configuration.
    std::function<result<void>(mbedtls_ssl_config*)> configure = {};

    /// If `create` or `reload` fails, it writes here what the error concerns, such as a file name.
    /// Not used after the call has returned.
    std::string* fault = nullptr;
};

/// TLS for any number of listeners and connections, on any number of threads.
///
/// The defaults are those of `tls_server`, which uses OpenSSL: TLS 1.2, and 1.3 where Mbed TLS has
/// it, no renegotiation, for TLS 1.2 only ciphers with forward secrecy and authenticated
/// encryption, session tickets, and `http/1.1` for ALPN. A server that asks clients for
/// certificates issues no session tickets if Mbed TLS has TLS 1.3.
class mbedtls_server final : public secure_layer {
public:
    /// Fails with a `tls_error`, the system's error for a file, or an error of Mbed TLS.
    static result<std::shared_ptr<mbedtls_server>> create(mbedtls_server_options options);

    ~mbedtls_server() override;

    /// Reads the files again, or replaces the options. Existing connections are not affected. After
    /// a reload, clients can still resume their sessions, unless client certificates are required
    /// or wanted. If it fails, nothing changes. May be called from any thread.
    result<void> reload();
    result<void> reload(mbedtls_server_options options);

    std::unique_ptr<stream> cover(std::unique_ptr<stream> plain,
                                  std::string_view host = {}) override;

private:
    struct state;

    mbedtls_server();

    std::unique_ptr<state> state_;
};

} // namespace weft
