// SPDX-License-Identifier: MIT
// The common part of server and client contexts: a configuration of Mbed TLS with Weft's settings.
// Makes streams, which keep their context alive.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <weft/core/result.hpp>
#include <weft/stream/stream.hpp>
#include <weft/stream/tls_certificate.hpp>

#include "mbedtls/objects.hpp"

namespace weft {

class mbedtls_context : public std::enable_shared_from_this<mbedtls_context> {
public:
    mbedtls_context(const mbedtls_context&) = delete;
    mbedtls_context& operator=(const mbedtls_context&) = delete;
    virtual ~mbedtls_context() = default;

    [[nodiscard]] mbedtls_ssl_config* config() noexcept { return config_.get(); }

    /// Called with a session that a later connection to `host` can resume; see `session_store`.
    virtual void keep(const std::string& host, std::shared_ptr<ssl_session> session, bool once);

    /// Returns true if certificates are optional, but a client with a faulty one is refused.
    [[nodiscard]] virtual bool refuses_faults() const noexcept { return false; }

    /// Called on the server with the name that the client asks for (SNI).
    virtual void choose_certificate(mbedtls_ssl_context*, const std::string&) const {}

    /// Makes a TLS stream over `plain`. On a client, it checks that the server is `host`, and
    /// resumes `earlier`, unless that is null. Throws std::bad_alloc.
    [[nodiscard]] std::unique_ptr<stream> cover(std::unique_ptr<stream> plain,
                                                std::optional<std::string> host,
                                                const std::shared_ptr<ssl_session>& earlier);

protected:
    mbedtls_context() = default;

    /// Makes the settings for a role, MBEDTLS_SSL_IS_CLIENT or MBEDTLS_SSL_IS_SERVER. On error,
    /// writes to `fault` what the error concerns, unless `fault` is null.
    result<void> begin(int role, tls_version minimum, std::string* fault);

    /// Calls `configure`, and checks that sessions can be made.
    result<void> finish(const std::function<result<void>(mbedtls_ssl_config*)>& configure);

private:
    ssl_config config_;
};

} // namespace weft
