// SPDX-License-Identifier: MIT
// A user's smallest server: it listens, takes one turn and ends.

#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    weft::server server{loop};
    if (!server.listen("127.0.0.1", 0)) {
        return 1;
    }
    loop.poll();
    return 0;
}
