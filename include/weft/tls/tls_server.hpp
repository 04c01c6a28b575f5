// SPDX-License-Identifier: MIT
// The server side of TLS: its certificates, and which client certificates it accepts. Knows nothing
// of listeners.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <weft/core/result.hpp>
#include <weft/stream/secure_layer.hpp>
#include <weft/tls/tls_certificate.hpp>

struct ssl_ctx_st; // OpenSSL's SSL_CTX

namespace weft {

struct tls_server_options {
    /// The one that matches the name that the client asks for (SNI) is used. If the client sends no
    /// name, or none matches, the first certificate is used.
    std::vector<tls_certificate> certificates = {};

    tls_version minimum = tls_version::tls_1_2;

    /// Whether to ask clients for a certificate. If so, the trusted issuers must be given, as PEM,
    /// in a file or in memory.
    client_certificates clients = client_certificates::ignored;
    std::string client_issuers_file = {};
    std::string client_issuers = {};

    /// Called with OpenSSL's SSL_CTX of each certificate once it is configured, to make further
    /// settings; also on a reload.
    ///
    /// Make the same settings in each context. A handshake uses the context of the first
    /// certificate, including its versions, ciphers, options and callbacks. From the context that
    /// matches the server name it takes only certificate and key.
    std::function<result<void>(ssl_ctx_st*)> configure = {};

    /// If `create` or `reload` fails, it writes here what the error concerns, such as a file name.
    /// Not used after the call has returned.
    std::string* fault = nullptr;
};

/// TLS for any number of listeners and connections, on any number of threads.
///
/// Defaults: TLS 1.2 and 1.3, no renegotiation, no compression, for TLS 1.2 only ciphers with
/// forward secrecy and authenticated encryption, session tickets, and `http/1.1` for ALPN.
class tls_server final : public secure_layer {
public:
    /// Fails with a `tls_error`, the system's error for a file, or OpenSSL's error.
    static result<std::shared_ptr<tls_server>> create(tls_server_options options);

    ~tls_server() override;

    /// Reads the files again, or replaces the options. Existing connections are not affected. After
    /// a reload, clients can still resume their sessions, unless client certificates are required
    /// or wanted. If it fails, nothing changes. May be called from any thread.
    result<void> reload();
    result<void> reload(tls_server_options options);

    std::unique_ptr<stream> cover(std::unique_ptr<stream> plain,
                                  std::string_view host = {}) override;

private:
    struct state;

    tls_server();

    std::unique_ptr<state> state_;
};

} // namespace weft
