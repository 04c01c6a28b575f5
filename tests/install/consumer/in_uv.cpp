// SPDX-License-Identifier: MIT
// A user's loop inside libuv: it runs what was posted, and then nothing keeps uv_run.

#include <uv.h>

#include <weft/hosts/uv.hpp>
#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    weft::uv_guest guest{loop, uv_default_loop()};
    bool ran = false;
    loop.post([&] { ran = true; });
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    return ran ? 0 : 1;
}
