// SPDX-License-Identifier: MIT
// A server whose routes are coroutines: one sends each message back, the other one also closes
// connections that are silent for a minute.
//
//     build/release/examples/coroutine_echo
//     build/release/weft connect ws://127.0.0.1:9001/echo
#include <chrono>
#include <iostream>

#include <weft/weft.hpp>

namespace {

weft::task<void> echo(weft::conversation peer) {
    while (auto m = co_await peer.receive()) co_await peer.send(*m);
    std::cout << peer.outcome() << '\n';
}

} // namespace

int main() {
    weft::event_loop loop;
    weft::server server{loop};
    server.route("/echo", echo);
    server.route("/patient", [&loop](weft::conversation peer) -> weft::task<void> {
        for (;;) {
            auto silence = loop.sleep(std::chrono::minutes(1));
            const auto first = co_await weft::when_any(peer.receive(), std::move(silence));
            if (first.index() == 1) break;
            const auto& m = std::get<0>(first);
            if (!m) co_return;
            co_await peer.send(*m);
        }
        co_await peer.close(weft::close_code::going_away, "silent for too long");
    });
    const auto bound = server.listen("127.0.0.1", 9001);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/echo\n" << std::flush;
    loop.run();
}
