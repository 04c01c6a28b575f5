// SPDX-License-Identifier: MIT
// A chat room: each message goes to all clients. A slow client does not delay the others.
//
//     build/release/examples/chat
//     build/release/weft connect ws://127.0.0.1:9001/    # twice
#include <iostream>
#include <utility>

#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    weft::server room{loop};
    // Closes a client that does not read, when 64 KiB are queued for it.
    weft::route_options options;
    options.connection.queue_size_max = 64 * 1024;
    options.connection.when_full = weft::queue_policy::close;
    weft::handlers talk{
        .message =
            [&room](weft::connection&, weft::message m) {
                const weft::prepared_message prepared(m); // encoded once
                room.for_each([&](weft::connection& one) { one.send(prepared); });
            },
    };
    room.route("/", std::move(talk), options);
    const auto bound = room.listen("127.0.0.1", 9001);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;
    loop.run();
}
