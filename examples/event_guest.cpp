// SPDX-License-Identifier: MIT
// An echo server inside an application that runs on libevent, beside the application's own timer.
// Ctrl-C closes all connections, and then the application leaves its loop.
//
//     build/release/examples/event_guest [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <event2/event.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include <weft/hosts/event.hpp>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
    event_base* host = event_base_new();
    weft::event_loop loop;
    weft::event_guest guest{loop, host};

    weft::server server{loop};
    server.route("/",
                 {
                     .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
                 });
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = server.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;

    const auto ticked = [](evutil_socket_t, short, void*) { std::cout << "tick\n" << std::flush; };
    event* tick = event_new(host, -1, EV_PERSIST, ticked, nullptr); // the application's timer
    const timeval second{1, 0};
    event_add(tick, &second);

    weft::function<void()> end = [&] {
        server.shutdown(std::chrono::seconds(2), [host] { event_base_loopexit(host, nullptr); });
    };
    const auto interrupted = [](evutil_socket_t, short, void* what) {
        (*static_cast<weft::function<void()>*>(what))();
    };
    event* interrupt = evsignal_new(host, SIGINT, interrupted, &end);
    event_add(interrupt, nullptr);

    event_base_dispatch(host);
    event_free(interrupt);
    event_free(tick);
    guest.detach(); // before the base is freed
    event_base_free(host);
}
