// SPDX-License-Identifier: MIT
//
// Weft's echo server as an application would write it, for the benchmark: an ephemeral port on
// loopback, printed on stdout. Nothing in it is tuned. Usage: weft_echo [loop [coroutine]]: a name
// that `weft loops` lists, and whether a coroutine echoes; weft_echo --hosts tells those of other
// libraries.

#include <weft/weft.hpp>

#include <algorithm>
#include <iostream>
#include <string_view>

#include "host_loops/host_loops.hpp"

namespace {

int list_hosts() {
    for (const auto& one : weft_tool::host_loop_registration::all()) std::cout << one.name << '\n';
    return 0;
}

weft::task<void> echo(weft::conversation peer) {
    while (auto m = co_await peer.receive()) co_await peer.send(*m);
}

} // namespace

int main(int argc, char** argv) {
    const std::string_view name = argc > 1 ? argv[1] : "automatic";
    if (name == "--hosts") return list_hosts();
    const auto known = weft_tool::loop_names();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
        std::cerr << "weft_echo: there is no loop " << name << " in this build\n";
        return 1;
    }
    weft::event_loop loop({.engine = weft_tool::engine_of(name)});
    weft::server server{loop};
    if (argc > 2 && std::string_view(argv[2]) == "coroutine") {
        server.route("/echo", echo);
    } else {
        server.route("/echo",
                     {
                         .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
                     });
    }
    const auto bound = server.listen("127.0.0.1", 0);
    if (!bound) {
        std::cerr << "weft_echo: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << bound->port() << std::endl;
    weft_tool::run_inside(name, loop);
}
