// SPDX-License-Identifier: MIT
// An echo server inside an application's own select(2) loop, which waits for standard input and for
// Weft's descriptor. Each line of standard input is sent to all clients; Ctrl-D ends the program.
//
//     build/release/examples/custom_loop [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <sys/select.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include <weft/weft.hpp>

int main(int argc, char** argv) {
    weft::event_loop loop;
    weft::server server{loop};
    server.route("/", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = server.listen("127.0.0.1", port);
    const auto descriptor = loop.descriptor();
    if (!bound || !descriptor) {
        const auto why = bound ? descriptor.error() : bound.error();
        std::cerr << "cannot listen: " << why.message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;

    bool ended = false, input = true;
    while (!ended) {
        fd_set ready;
        FD_ZERO(&ready);
        FD_SET(*descriptor, &ready);
        if (input) FD_SET(STDIN_FILENO, &ready);
        const int highest = std::max(*descriptor, STDIN_FILENO);
        if (::select(highest + 1, &ready, nullptr, nullptr, nullptr) < 0) continue; // a signal
        if (FD_ISSET(STDIN_FILENO, &ready)) {
            std::array<char, 4096> line;
            const auto size = ::read(STDIN_FILENO, line.data(), line.size());
            input = size > 0;
            const std::string_view text(line.data(), static_cast<std::size_t>(input ? size : 0));
            if (input) server.for_each([&](weft::connection& one) { one.send(text); });
            else server.shutdown(std::chrono::seconds(2), [&] { ended = true; });
        }
        if (FD_ISSET(*descriptor, &ready)) loop.run_ready();
    }
}
