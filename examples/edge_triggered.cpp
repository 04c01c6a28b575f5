// SPDX-License-Identifier: MIT
// An echo server in an application's own edge-triggered epoll loop. One turn per event is enough:
// if work is left, Weft causes a new edge. Lines of input are sent to all clients; Ctrl-D ends it.
//
//     build/release/examples/edge_triggered [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
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

    ::fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    const int set = ::epoll_create1(EPOLL_CLOEXEC);
    for (const int one : {STDIN_FILENO, *descriptor}) {
        epoll_event wanted{.events = EPOLLIN | EPOLLET, .data = {.fd = one}};
        ::epoll_ctl(set, EPOLL_CTL_ADD, one, &wanted);
    }
    bool ended = false;
    epoll_event ready;
    while (!ended && ::epoll_wait(set, &ready, 1, -1) == 1) {
        if (ready.data.fd == *descriptor) {
            loop.run_ready();
            continue;
        }
        std::array<char, 4096> text;
        ssize_t size = 0;
        while ((size = ::read(STDIN_FILENO, text.data(), text.size())) > 0) {
            const std::string_view line(text.data(), static_cast<std::size_t>(size));
            server.for_each([&](weft::connection& one) { one.send(line); });
        }
        if (size == 0) server.shutdown(std::chrono::seconds(2), [&] { ended = true; });
    }
    ::close(set);
}
