// SPDX-License-Identifier: MIT
// A WebSocket echo server in which Weft does no I/O: the program reads standard input and writes
// standard output. It needs no event loop and links none: the component weft::connection is enough.
#include <weft/connection/stream_endpoint.hpp>
#include <weft/stream/io_stream.hpp>
#include <weft/stream/manual_driver.hpp>

#include <iostream>

int main() {
    std::ios::sync_with_stdio(false); // reads larger pieces than single bytes
    std::cin.tie(nullptr);

    const auto now = [] { return weft::time_point(std::chrono::steady_clock::now()); };
    weft::manual_driver driver{now()};
    weft::stream_endpoint server{driver};
    server.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
        .close = [](weft::connection&, const weft::report& why) { std::cerr << why << '\n'; },
    });

    weft::io_stream io{driver, std::cout};
    server.serve(io.take_stream());
    while (!io.closed() && std::cin >> io) {
        driver.advance(now()); // also runs timeouts; the next one is driver.next_deadline()
        driver.settle();
    }
    io.eof();
    driver.settle();
}
