// SPDX-License-Identifier: MIT
// A client that is one coroutine: connects, sends three messages, prints the answers, and closes.
//
//     build/release/examples/coroutine_client ws://127.0.0.1:9001/echo
#include <iostream>

#include <weft/weft.hpp>

namespace {

weft::task<void> talk(weft::client& client, const char* target, int& status) {
    auto peer = co_await client.connect(target);
    if (!peer) {
        std::cerr << peer.outcome() << '\n'; // with the HTTP status, if a server refused
        co_return;
    }
    for (const char* word : {"one", "two", "three"}) {
        co_await peer.send(word);
        const auto answer = co_await peer.receive();
        if (!answer) break;
        std::cout << answer->text() << '\n';
    }
    co_await peer.close();
    std::cerr << peer.outcome() << '\n';
    status = peer.outcome().clean() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    int status = 1;
    weft::event_loop loop;
    weft::client client{loop};
    const char* target = argc > 1 ? argv[1] : "ws://127.0.0.1:9001/echo";
    weft::spawn(loop, talk(client, target, status));
    loop.run();
    return status;
}
