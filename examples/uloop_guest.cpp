// SPDX-License-Identifier: MIT
// An echo server inside an application that runs on uloop, beside the application's own timer.
// Ctrl-C ends uloop_run, and then all connections are closed.
//
//     build/release/examples/uloop_guest [port]
//     build/release/weft connect ws://127.0.0.1:9001/
extern "C" {
#include <libubox/uloop.h>
}

#include <cstdlib>
#include <iostream>

#include <weft/hosts/uloop.hpp>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
    uloop_init();
    weft::event_loop loop;
    weft::uloop_guest guest{loop};

    weft::server server{loop};
    server.route("/", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = server.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;

    uloop_timeout tick{}; // the application's own timer
    tick.cb = [](uloop_timeout* due) {
        std::cout << "tick\n" << std::flush;
        uloop_timeout_set(due, 1000);
    };
    uloop_timeout_set(&tick, 1000);

    uloop_run();
    server.shutdown(std::chrono::seconds(2), [] { uloop_end(); });
    uloop_run();
    guest.detach();
    uloop_done();
}
