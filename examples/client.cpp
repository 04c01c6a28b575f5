// SPDX-License-Identifier: MIT
// The smallest client: sends hello, prints the answer, and closes.
//
//     build/release/examples/client ws://127.0.0.1:9001/echo
#include <iostream>
#include <utility>

#include <weft/weft.hpp>

int main(int argc, char** argv) {
    const char* target = argc > 1 ? argv[1] : "ws://127.0.0.1:9001/echo";
    bool well = true;
    weft::event_loop loop;
    weft::client client{loop};
    weft::handlers conversation{
        .open = [](weft::connection& c) { c.send("hello"); },
        .message =
            [](weft::connection& c, weft::message m) {
                std::cout << m.text() << '\n';
                c.close();
            },
        .close = [](weft::connection&, const weft::report& why) { std::cerr << why << '\n'; },
        .fail =
            [&well](const weft::report& why) {
                std::cerr << why << '\n';
                well = false;
            },
    };
    client.connect(target, std::move(conversation));
    loop.run();
    return well ? 0 : 1;
}
