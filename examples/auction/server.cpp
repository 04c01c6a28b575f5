// SPDX-License-Identifier: MIT
// The program of the tutorial: an auction of one item. Ends when it is sold, or with Ctrl-C.
//
//     build/release/examples/auction [port]
//     build/release/weft connect 'ws://127.0.0.1:9001/auction?name=ann'
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "auction.hpp"

int main(int argc, char** argv) {
    using namespace std::chrono_literals;
    weft::event_loop loop;
    weft::server server{loop};
    auction sale{loop, {.item = "a lamp", .first_price = 10}};
    sale.serve(server);
    const auto end = [&] { server.shutdown(2s, [&] { loop.stop(); }); };
    sale.on_sold = end;
    (void)loop.on_signal({SIGINT, SIGTERM}, [&](int) { end(); });

    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = server.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/auction?name=ann\n" << std::flush;
    loop.run();
}
