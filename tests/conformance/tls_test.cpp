// SPDX-License-Identifier: MIT
// The conformance suite over a connection on TLS on a memory pipe; the peer has TLS, too.
#include <weft/tls/tls_client.hpp>
#include <weft/tls/tls_server.hpp>

#include "conformance/echo_connection.hpp"

namespace weft::testing {
namespace {

/// Both sides of TLS, made once: that takes a while.
struct both_layers {
    tls_certificate certificate = *make_self_signed();
    std::shared_ptr<tls_server> server =
        *tls_server::create({.certificates = {certificate}});
    std::shared_ptr<tls_client> client = *tls_client::create({.issuers = certificate.chain});
};

std::unique_ptr<subject> echo_over_tls(role ours, std::size_t capacity) {
    static const both_layers tls;
    secure_layer* const server = tls.server.get();
    secure_layer* const client = tls.client.get();
    const bool serves = ours == role::server;
    return std::make_unique<echo_connection>(ours, capacity, serves ? server : client,
                                             serves ? client : server);
}

[[maybe_unused]] const bool registered_tls = register_conformance(
    "connection_over_tls", [](role ours) { return echo_over_tls(ours, 64 * 1024); });

[[maybe_unused]] const bool registered_narrow_tls =
    register_conformance("connection_over_tls_in_a_narrow_pipe", [](role ours) {
        return echo_over_tls(ours, 1000);
    });

} // namespace
} // namespace weft::testing
