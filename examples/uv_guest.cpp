// SPDX-License-Identifier: MIT
// An echo server inside an application that runs on libuv, beside the application's own timer.
// Ctrl-C closes all connections; then no work is left and uv_run returns.
//
//     build/release/examples/uv_guest [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <uv.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include <weft/hosts/uv.hpp>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
    uv_loop_t* host = uv_default_loop();
    weft::event_loop loop;
    weft::uv_guest guest{loop, host};

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

    uv_timer_t tick; // the application's own timer
    uv_timer_init(host, &tick);
    uv_timer_start(&tick, [](uv_timer_t*) { std::cout << "tick\n" << std::flush; }, 1000, 1000);

    uv_signal_t interrupt;
    uv_signal_init(host, &interrupt);
    interrupt.data = &server;
    uv_signal_start_oneshot(&interrupt, [](uv_signal_t* caught, int) {
        static_cast<weft::server*>(caught->data)->shutdown(std::chrono::seconds(2));
    }, SIGINT);

    uv_unref(reinterpret_cast<uv_handle_t*>(&tick)); // Weft's work keeps the loop running
    uv_run(host, UV_RUN_DEFAULT);
}
