// SPDX-License-Identifier: MIT
// A client that stays connected: it connects again when the connection ends, with a new token each
// time, and keeps the lines that are typed meanwhile.
//
//     build/release/examples/reconnecting_client ws://127.0.0.1:9001/echo
#include <iostream>
#include <string>

#include <weft/weft.hpp>

int main(int count, char** words) {
    if (count != 2) {
        std::cerr << "usage: " << words[0] << " URI\n";
        return 2;
    }
    weft::event_loop loop;
    weft::client client{loop};

    weft::reconnect_options options;
    options.queue_size_max = 64 * 1024;
    options.prepare = [number = 0](weft::reconnect_attempt next) mutable {
        next.header("Authorization", "Bearer token-" + std::to_string(++number));
        next.start(); // or later, when a token has been fetched
    };
    options.waiting = [](const weft::report& why, weft::duration wait) {
        std::cerr << why << "; next attempt in "
                  << std::chrono::duration_cast<std::chrono::milliseconds>(wait).count() << " ms\n";
    };
    options.given_up = [&](const weft::report&) { loop.stop(); };

    auto kept = client.keep_connected(
        words[1],
        {
            .open = [](weft::connection&) { std::cerr << "connected\n"; },
            .message = [](weft::connection&, weft::message m) { std::cout << m.text() << '\n'; },
        },
        std::move(options));

    weft::timer clock(loop, [&, number = 0]() mutable {
        const auto sent = kept.send("tick " + std::to_string(++number));
        if (sent == weft::send_result::dropped) std::cerr << "the queue is full\n";
    });
    clock.arm_every(std::chrono::seconds(1));
    loop.run();
}
