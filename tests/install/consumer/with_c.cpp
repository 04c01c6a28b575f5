// SPDX-License-Identifier: MIT
// A user of the C interface, whose header C++ can include, too.

#include <weft/weft.h>

int main() {
    weft_loop* loop = nullptr;
    weft_server* server = nullptr;
    int error = weft_loop_create(nullptr, &loop);
    if (error == WEFT_OK) error = weft_server_create(loop, &server);
    if (error == WEFT_OK) error = weft_server_listen(server, "127.0.0.1", 0, nullptr, nullptr);
    weft_server_destroy(server);
    weft_loop_destroy(loop);
    return error == WEFT_OK ? 0 : 1;
}
