// SPDX-License-Identifier: MIT
// An echo server inside an application that runs on Qt, beside the application's own timer. Ctrl-C
// closes all connections, and then the application quits.
//
//     build/release/examples/qt_guest [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <QCoreApplication>
#include <QTimer>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include <weft/hosts/qt.hpp>
#include <weft/weft.hpp>

namespace {
weft::event_loop* to_interrupt = nullptr;
}

int main(int argc, char** argv) {
    QCoreApplication host{argc, argv};
    weft::event_loop loop;
    weft::qt_guest guest{loop};

    weft::server server{loop};
    server.route("/", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
        .interrupt = [&] { server.shutdown(std::chrono::seconds(2), QCoreApplication::quit); },
    });
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = server.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;

    QTimer tick; // the application's own timer
    QObject::connect(&tick, &QTimer::timeout, [] { std::cout << "tick\n" << std::flush; });
    tick.start(1000);

    to_interrupt = &loop; // Qt handles no signals; a signal handler may call wake()
    std::signal(SIGINT, [](int) { to_interrupt->wake(); });

    return QCoreApplication::exec();
}
