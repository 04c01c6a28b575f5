// SPDX-License-Identifier: MIT
// A program that uses TLS with Mbed TLS: a server with a self-signed certificate.

#include <weft/mbedtls/mbedtls_certificate.hpp>
#include <weft/mbedtls/mbedtls_client.hpp>
#include <weft/mbedtls/mbedtls_server.hpp>
#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    weft::server server{loop};
    weft::client client{loop};
    const auto certificate = weft::make_self_signed_with_mbedtls();
    const auto tls = weft::mbedtls_server::create({.certificates = {*certificate}});
    if (!tls || !server.listen("127.0.0.1", 0, {.tls = *tls})) return 1;
    client.tls(*weft::mbedtls_client::create());
    return 0;
}
