// SPDX-License-Identifier: MIT
//
// What not to do: two loops in one thread, glued by short sleeps. Weft's echo, looked after every
// so many milliseconds; 0 for one loop that waits. Prints its port. Usage: sleep_glue MILLISECONDS

#include <weft/weft.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

int main(int argc, char** argv) {
    const std::chrono::milliseconds nap{argc > 1 ? std::atoi(argv[1]) : 1};
    weft::event_loop loop;
    weft::server server{loop};
    server.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    const auto bound = server.listen("127.0.0.1", 0);
    if (!bound) {
        std::cerr << "sleep_glue: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << bound->port() << std::endl;
    if (nap.count() == 0) loop.run();
    while (loop.work_count() != 0) {
        loop.poll(); // and the other loop's turn beside it
        std::this_thread::sleep_for(nap);
    }
}
