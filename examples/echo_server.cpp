// SPDX-License-Identifier: MIT
// The smallest server: sends each message back.
//
//     build/release/examples/echo_server
//     build/release/weft connect ws://127.0.0.1:9001/echo
#include <iostream>

#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    weft::server server{loop};
    server.route("/echo", {.message = [](weft::connection& c, weft::message m) { c.send(m); }});
    const auto bound = server.listen("127.0.0.1", 9001);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/echo\n" << std::flush;
    loop.run();
}
