// SPDX-License-Identifier: MIT
//
// Weft's echo server over TLS as an application would write it. Nothing in it is tuned. Usage:
// weft_tls_echo PEM, a file with a certificate and its key; without one it prints such a file.

#include <weft/tls/tls_server.hpp>
#include <weft/weft.hpp>

#include <iostream>

int main(int argc, char** argv) {
    if (argc < 2) {
        const auto made = weft::make_self_signed();
        if (made) std::cout << made->chain << made->key;
        return made ? 0 : 1;
    }
    const auto tls = weft::tls_server::create({.certificates = {{.chain_file = argv[1]}}});
    if (!tls) {
        std::cerr << "weft_tls_echo: " << tls.error().message() << '\n';
        return 1;
    }
    weft::event_loop loop;
    weft::server server{loop};
    server.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    const auto bound = server.listen("127.0.0.1", 0, {.tls = *tls});
    if (!bound) {
        std::cerr << "weft_tls_echo: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << bound->port() << std::endl;
    loop.run();
}
