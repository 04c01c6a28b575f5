// SPDX-License-Identifier: MIT
// A server and nothing but the import: it binds, and ends.

import weft;

int main() {
    weft::event_loop loop;
    weft::server server{loop};
    server.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    return server.listen("127.0.0.1", 0) ? 0 : 1;
}
