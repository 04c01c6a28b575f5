// SPDX-License-Identifier: MIT
// A server of one TLS library and a client of another, joined in memory.
#pragma once

#include <weft/tls/tls_certificate.hpp>
#include <weft/tls/tls_client.hpp>
#include <weft/tls/tls_error.hpp>
#include <weft/tls/tls_server.hpp>
#include <weft/tls/tls_stream.hpp>

#include <string>
#include <utility>

#include "tls_library.hpp"

#include "support/tls_fixture.hpp"
#include "tls/private_authority.hpp"

namespace weft {

enum class tls_library : bool { openssl, mbedtls };

inline std::shared_ptr<secure_layer> server_of(tls_library by, tls_server_options options) {
    if (by == tls_library::openssl) return *tls_server::create(std::move(options));
    return *mbedtls_server::create({.certificates = std::move(options.certificates),
                                    .minimum = options.minimum,
                                    .clients = options.clients,
                                    .client_issuers = std::move(options.client_issuers)});
}

inline std::shared_ptr<secure_layer> client_of(tls_library by, tls_client_options options) {
    if (by == tls_library::openssl) return *tls_client::create(std::move(options));
    return *mbedtls_client::create({.issuers = std::move(options.issuers),
                                    .verify = options.verify,
                                    .certificate = std::move(options.certificate)});
}

/// The libraries of server and client.
using tls_sides = std::pair<tls_library, tls_library>;

class tls_peers : public ::testing::TestWithParam<tls_sides> {
protected:
    [[nodiscard]] std::shared_ptr<secure_layer> server(tls_server_options options) const {
        return server_of(GetParam().first, std::move(options));
    }

    [[nodiscard]] std::shared_ptr<secure_layer> client(tls_client_options options) const {
        return client_of(GetParam().second, std::move(options));
    }

    /// Returns options for a pair whose client trusts `issuers` and connects to `host`.
    [[nodiscard]] tls_pair_options between(const tls_certificate& serving,
                                           const std::string& issuers,
                                           const std::string& host = "localhost") const {
        return {.server = server({.certificates = {serving}}),
                .client = client({.issuers = issuers}),
                .host = host};
    }

    /// Expects the client to refuse the server for this reason, and the server to report it.
    static void expect_refusal(tls_pair& pair, tls_error why, const std::string& detail,
                               tls_error at_server = tls_error::certificate_not_accepted) {
        pair.driver.settle();
        EXPECT_EQ(pair.client->error, why) << pair.client->error.message();
        EXPECT_EQ(pair.client->stream->error_detail(), detail);
        EXPECT_EQ(pair.client->stream->error_phase(), phase::tls);
        EXPECT_FALSE(pair.client->logged("open"));
        EXPECT_EQ(pair.server->error, at_server) << pair.server->error.message();
    }
};

} // namespace weft
