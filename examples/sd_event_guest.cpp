// SPDX-License-Identifier: MIT
// An echo server inside a service that runs on sd-event, beside the service's own timer. Ctrl-C
// closes all connections, and then the service ends its loop.
//
//     build/release/examples/sd_event_guest [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <systemd/sd-event.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include <weft/hosts/sd_event.hpp>
#include <weft/weft.hpp>

int main(int argc, char** argv) {
    sd_event* host = nullptr;
    sd_event_default(&host);
    weft::event_loop loop;
    weft::sd_event_guest guest{loop, host};

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

    const auto tick = [](sd_event_source* due, std::uint64_t, void*) { // the service's timer
        std::cout << "tick\n" << std::flush;
        sd_event_source_set_time_relative(due, 1'000'000);
        return sd_event_source_set_enabled(due, SD_EVENT_ONESHOT);
    };
    sd_event_add_time_relative(host, nullptr, CLOCK_MONOTONIC, 1'000'000, 0, tick, nullptr);

    const auto interrupt = [](sd_event_source* caught, const signalfd_siginfo*, void* what) {
        static_cast<weft::server*>(what)->shutdown(
            std::chrono::seconds(2),
            [host = sd_event_source_get_event(caught)] { sd_event_exit(host, 0); });
        return 0;
    };
    sigset_t blocked; // sd-event requires blocked signals
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, nullptr);
    sd_event_add_signal(host, nullptr, SIGINT, interrupt, &server);

    sd_event_loop(host);
    guest.detach();
    sd_event_unref(host);
}
