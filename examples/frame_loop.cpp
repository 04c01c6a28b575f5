// SPDX-License-Identifier: MIT
// A game that draws sixty frames a second. In each frame it runs one turn of Weft's loop, which
// does not wait, and sends the frame's number to all clients. The message `quit` ends the game.
//
//     build/release/examples/frame_loop [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include <weft/weft.hpp>

int main(int argc, char** argv) {
    weft::event_loop loop;
    weft::server server{loop};
    bool playing = true, over = false;
    server.route("/", {
        .message = [&](weft::connection&, weft::message m) { playing = m.text() != "quit"; },
    });
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = server.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;

    constexpr std::chrono::microseconds frame{16'667};
    auto next = std::chrono::steady_clock::now();
    int number = 0;
    while (playing) {
        loop.poll();
        const auto text = "frame " + std::to_string(number++); // a game would draw here
        server.for_each([&](weft::connection& one) { one.send(text); });
        std::this_thread::sleep_until(next += frame); // like waiting for the screen
    }
    server.shutdown(std::chrono::seconds(2), [&] { over = true; });
    while (!over) {
        loop.poll();
        std::this_thread::sleep_until(next += frame);
    }
}
