// SPDX-License-Identifier: MIT
// An echo server with an installed Weft. Uses nothing else of this project.
#include <weft/weft.hpp>

#include <iostream>

int main() {
    weft::event_loop loop;
    weft::server server{loop};
    server.route("/echo", {
                              .message = [](weft::connection& peer,
                                            weft::message m) { peer.send(m); },
                          });
    const auto bound = server.listen("127.0.0.1", 0);
    if (!bound) {
        std::cerr << "weft_echo: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << bound->port() << std::endl;
    loop.run();
}
