// SPDX-License-Identifier: MIT
// An echo server inside an application that runs on libev, beside the application's own timer.
// Ctrl-C closes all connections; then no work is left and ev_run returns.
//
//     build/release/examples/ev_guest [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <ev.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include <weft/hosts/ev.hpp>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
    struct ev_loop* host = ev_default_loop();
    weft::event_loop loop;
    weft::ev_guest guest{loop, host};

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

    const auto ticked = [](struct ev_loop*, ev_timer*, int) {
        std::cout << "tick\n" << std::flush;
    };
    ev_timer tick; // the application's own timer
    ev_timer_init(&tick, ticked, 1., 1.);
    ev_timer_start(host, &tick);

    const auto interrupted = [](struct ev_loop* in, ev_signal* caught, int) {
        ev_signal_stop(in, caught);
        static_cast<weft::server*>(caught->data)->shutdown(std::chrono::seconds(2));
    };
    ev_signal interrupt;
    ev_signal_init(&interrupt, interrupted, SIGINT);
    interrupt.data = &server;
    ev_signal_start(host, &interrupt);

    ev_unref(host); // the timer does not keep the loop running; Weft's work does
    ev_run(host, 0);
}
