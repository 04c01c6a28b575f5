// SPDX-License-Identifier: MIT
//
// Weft's echo server as an application would write it, for the benchmark: an ephemeral port on
// loopback, printed on stdout. Nothing in it is tuned. Usage: weft_echo [poll]

#include <weft/weft.hpp>

#include <iostream>
#include <string_view>

int main(int argc, char** argv) {
    const bool on_poll = argc > 1 && std::string_view(argv[1]) == "poll";
    weft::event_loop loop({.engine = on_poll ? weft::engine_kind::poll
                                             : weft::engine_kind::automatic});
    weft::server server{loop};
    server.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    const auto bound = server.listen("127.0.0.1", 0);
    if (!bound) {
        std::cerr << "weft_echo: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << bound->port() << std::endl;
    loop.run();
}
