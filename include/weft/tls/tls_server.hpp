// SPDX-License-Identifier: MIT
// The server side of TLS: its certificates, and whether it asks clients for theirs. Knows no
// listener.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <weft/core/result.hpp>
#include <weft/stream/secure_layer.hpp>
#include <weft/tls/tls_certificate.hpp>

struct ssl_ctx_st; // OpenSSL's SSL_CTX

namespace weft {

/// Whether a server asks clients for a certificate.
enum class client_certificates : std::uint8_t {
    ignored,
    wanted,  ///< a client may send none, but one that it sends must be trusted
    required ///< a client that sends none is refused
};

struct tls_server_options {
    /// The certificate is chosen by the name that the client asks for (SNI); the first one is used
    /// if the client sends no name, or no certificate is valid for it.
    std::vector<tls_certificate> certificates = {};

    tls_version minimum = tls_version::tls_1_2;

    /// Whether to ask clients for a certificate, and which issuers of it to trust, as PEM, in a
    /// file or in memory. Unless `clients` is `ignored`, issuers must be given.
    client_certificates clients = client_certificates::ignored;
    std::string client_issuers_file = {};
    std::string client_issuers = {};

    /// Called with OpenSSL's SSL_CTX of each certificate once it is configured, for further
    /// settings; also on a reload.
    ///
    /// Each handshake begins in the context of the first certificate, and takes only certificate
    /// and key from the one that fits the server name. Make the same settings in each context: most
    /// of those that differ (versions, ciphers, options, callbacks) count in the first one only.
    std::function<result<void>(ssl_ctx_st*)> configure = {};

    /// If `create` or `reload` fails, it writes here what the error concerns, such as a file name.
    /// Not used after that.
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

    /// Reads the files again, or replaces the options. Existing connections are not affected, and
    /// sessions can be resumed across a reload unless client certificates are required or wanted.
    /// If it fails, nothing changes. May be called from any thread.
    result<void> reload();
    result<void> reload(tls_server_options options);

    std::unique_ptr<stream> cover(std::unique_ptr<stream> plain,
                                  std::string_view host = {}) override;

private:
    struct state;

    tls_server();
    result<void> replace(const tls_server_options& options);

    std::unique_ptr<state> state_;
};

} // namespace weft
