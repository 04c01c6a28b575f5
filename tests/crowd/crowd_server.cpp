// SPDX-License-Identifier: MIT
// An echo server for a crowd: prints its port, and says on request how many connections it holds.
#include <iostream>
#include <string>
#include <thread>

#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    weft::server server{loop};
    weft::route_options patient; // all end at the same time, on a machine that may be busy
    patient.connection.timeouts.close = std::chrono::seconds(120);
    std::size_t failures = 0;
    server.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
        .close = [&](weft::connection&, const weft::report& why) { failures += !why.clean(); },
    }, patient);
    server.on_fail([&](const weft::report&) { ++failures; });
    const auto bound = server.listen("127.0.0.1", 0);
    if (!bound) {
        std::cerr << "crowd_server: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << bound->port() << std::endl;

    std::thread requests([&] { // one line, one answer; the end of the input ends the server
        for (std::string line; std::getline(std::cin, line);) {
            loop.post([&] {
                std::cout << server.connection_count() << ' ' << failures << std::endl;
            });
        }
        loop.post([&] { server.stop(); });
    });
    loop.run();
    requests.join();
}
