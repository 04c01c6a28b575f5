// SPDX-License-Identifier: MIT
// A server's side of TLS: its certificates and what it asks of clients. Knows no listener.
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

/// What a server wants to see of its clients.
enum class client_certificates : std::uint8_t {
    ignored,
    wanted,  ///< who sends one must send one that is trusted
    required ///< who sends none is refused
};

struct tls_server_options {
    /// The name that a client asks for (SNI) chooses the certificate that is for it; without a
    /// name, or if none is, it is the first.
    std::vector<tls_certificate> certificates = {};

    tls_version minimum = tls_version::tls_1_2;

    /// Whom clients' certificates must come from, as PEM: a file, or memory.
    client_certificates clients = client_certificates::ignored;
    std::string client_issuers_file = {};
    std::string client_issuers = {};

    /// Called with OpenSSL's SSL_CTX of each certificate once it is ready for use, and at reloads.
    std::function<result<void>(ssl_ctx_st*)> configure = {};

    /// Where a failed `create` or `reload` writes what it is about, such as the file; it is not
    /// kept beyond.
    std::string* fault = nullptr;
};

/// The TLS of any number of listeners and connections, on any threads.
///
/// By default: TLS 1.2 and 1.3, no renegotiation, no compression, the ciphers of TLS 1.2 with
/// forward secrecy and authenticated encryption only, session tickets, and of ALPN `http/1.1`.
class tls_server final : public secure_layer {
public:
    /// Fails with a `tls_error`, with what the system says of a file, or with what OpenSSL does.
    static result<std::shared_ptr<tls_server>> create(tls_server_options options);

    ~tls_server() override;

    /// Reads the files again, or takes other options. Connections that are there go on with what
    /// they began with, and sessions can be resumed across it unless clients have to prove
    /// themselves. If it fails, all stays as it was. From any thread.
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
