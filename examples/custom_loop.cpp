// SPDX-License-Identifier: MIT
// An echo server inside a loop that the application wrote itself: it waits for its own descriptor,
// standard input, and for the one that Weft shows. A line is told to everybody; the end ends it.
//
//     build/release/examples/custom_loop
//     build/release/weft connect ws://127.0.0.1:9001/
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <iostream>
#include <string_view>

#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    weft::server server{loop};
    server.route("/", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    const auto bound = server.listen("127.0.0.1", 9001);
    const auto descriptor = loop.descriptor();
    if (!bound || !descriptor) {
        const auto why = bound ? descriptor.error() : bound.error();
        std::cerr << "cannot listen: " << why.message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;

    bool ended = false;
    std::array<pollfd, 2> wait{{{STDIN_FILENO, POLLIN, 0}, {*descriptor, POLLIN, 0}}};
    while (!ended && ::poll(wait.data(), wait.size(), -1) > 0) {
        if (wait[0].revents != 0) {
            std::array<char, 4096> line;
            const auto size = ::read(STDIN_FILENO, line.data(), line.size());
            if (size > 0) {
                const std::string_view text(line.data(), static_cast<std::size_t>(size));
                server.for_each([&](weft::connection& one) { one.send(text); });
            } else {
                wait[0].fd = -1; // poll(2) leaves it out
                server.shutdown(std::chrono::seconds(2), [&] { ended = true; });
            }
        }
        if (wait[1].revents != 0) loop.run_ready();
    }
}
