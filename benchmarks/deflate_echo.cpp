// SPDX-License-Identifier: MIT
//
// Weft's echo server with permessage-deflate, for the benchmark: an ephemeral port on loopback,
// printed on stdout. Usage: deflate_echo [WINDOW_BITS MEMORY_LEVEL [takeover]].

#include <weft/deflate/permessage_deflate.hpp>
#include <weft/weft.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string_view>

int main(int argc, char** argv) {
    weft::deflate_options how;
    if (argc > 2) {
        how.sending.window_bits = std::atoi(argv[1]);
        how.memory_level = std::atoi(argv[2]);
    }
    const bool takeover = argc > 3 && std::string_view(argv[3]) == "takeover";
    how.sending.context_takeover = how.receiving.context_takeover = takeover;
    weft::route_options options;
    options.connection.extension = std::make_shared<weft::permessage_deflate>(how);

    weft::event_loop loop;
    weft::server server{loop};
    server.route("/echo",
                 {
                     .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
                 },
                 options);
    const auto bound = server.listen("127.0.0.1", 0);
    if (!bound) {
        std::cerr << "deflate_echo: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << bound->port() << std::endl;
    loop.run();
}
