// SPDX-License-Identifier: MIT
// An echo server inside an application that runs on GLib, beside the application's own timer.
// Ctrl-C closes all connections, and then the application quits its main loop.
//
//     build/release/examples/glib_guest [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <glib-unix.h>
#include <glib.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include <weft/hosts/glib.hpp>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
    GMainLoop* host = g_main_loop_new(nullptr, FALSE); // in the default context
    weft::event_loop loop;
    weft::glib_guest guest{loop, g_main_loop_get_context(host)};

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

    const auto tick = [](gpointer) -> gboolean { // the application's own timer
        std::cout << "tick\n" << std::flush;
        return G_SOURCE_CONTINUE;
    };
    g_timeout_add_seconds(1, tick, nullptr);

    weft::function<void()> end = [&] {
        server.shutdown(std::chrono::seconds(2), [host] { g_main_loop_quit(host); });
    };
    const auto interrupt = [](gpointer what) -> gboolean {
        (*static_cast<weft::function<void()>*>(what))();
        return G_SOURCE_REMOVE;
    };
    g_unix_signal_add(SIGINT, interrupt, &end);

    g_main_loop_run(host);
    g_main_loop_unref(host);
}
