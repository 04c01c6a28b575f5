// SPDX-License-Identifier: MIT
// An echo server inside an application that runs on Asio, beside the application's own timer.
// Ctrl-C closes all connections and ends the timer; then no work is left and `run` returns.
//
//     build/release/examples/asio_guest [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>

#include <weft/hosts/asio.hpp>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
    asio::io_context host;
    weft::event_loop loop;
    weft::asio_guest guest{loop, host};

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

    asio::steady_timer timer{host}; // the application's own timer
    std::function<void()> tick = [&] {
        timer.expires_after(std::chrono::seconds(1));
        timer.async_wait([&](const auto& cancelled) {
            if (cancelled) return;
            std::cout << "tick\n" << std::flush;
            tick();
        });
    };
    tick();

    asio::signal_set interrupt{host, SIGINT};
    interrupt.async_wait([&](const auto&, int) {
        timer.cancel();
        server.shutdown(std::chrono::seconds(2));
    });

    host.run();
}
