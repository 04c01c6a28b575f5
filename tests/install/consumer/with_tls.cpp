// SPDX-License-Identifier: MIT
// A user who needs TLS: a server with a certificate of its own making.

#include <weft/tls/tls_client.hpp>
#include <weft/tls/tls_server.hpp>
#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    weft::server server{loop};
    weft::client client{loop};
    const auto certificate = weft::make_self_signed();
    const auto tls = weft::tls_server::create({.certificates = {*certificate}});
    if (!tls || !server.listen("127.0.0.1", 0, {.tls = *tls})) return 1;
    client.tls(*weft::tls_client::create());
    return 0;
}
