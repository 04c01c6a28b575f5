// SPDX-License-Identifier: MIT
//
// The echo server of weft_echo.cpp as a guest in libuv's loop.

#include <uv.h>

#include <iostream>

#include <weft/hosts/uv.hpp>
#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    weft::uv_guest guest{loop, uv_default_loop()};
    weft::server server{loop};
    server.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    const auto bound = server.listen("127.0.0.1", 0);
    if (!bound) {
        std::cerr << "uv_echo: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << bound->port() << std::endl;
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
