// SPDX-License-Identifier: MIT
// The common part of server and client contexts: creates an SSL_CTX with Weft's settings, and
// streams, which keep their context alive.
#pragma once

#include <memory>

#include <weft/core/result.hpp>
#include <weft/stream/stream.hpp>
#include <weft/tls/tls_certificate.hpp>

#include "tls/openssl_handles.hpp"

namespace weft {

class tls_context : public std::enable_shared_from_this<tls_context> {
public:
    tls_context(const tls_context&) = delete;
    tls_context& operator=(const tls_context&) = delete;
    virtual ~tls_context() = default;

    /// Makes an SSL object; `set_role` makes it a server or a client. Throws std::bad_alloc.
    [[nodiscard]] static owned_ssl make_session(SSL_CTX* context, void (*set_role)(SSL*));

    /// Makes a TLS stream over `plain` that uses `session`. Throws std::bad_alloc.
    [[nodiscard]] std::unique_ptr<stream> cover(std::unique_ptr<stream> plain, owned_ssl session);

protected:
    tls_context() = default;
};

/// Makes an SSL_CTX with the settings for both roles: versions, modes, options.
result<owned_ssl_context> make_ssl_context(const SSL_METHOD* method, tls_version minimum);

} // namespace weft
