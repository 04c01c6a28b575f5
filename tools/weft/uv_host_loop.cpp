// SPDX-License-Identifier: MIT
// libuv as a host loop of the program.
#include <uv.h>

#include <weft/hosts/uv.hpp>

#include "weft/host_loops.hpp"

namespace weft_tool {
namespace {

void run_in_uv(weft::event_loop& loop) {
    weft::uv_guest guest{loop, uv_default_loop()};
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    guest.detach();
    uv_run(uv_default_loop(), UV_RUN_DEFAULT); // lets go of what was closed
    uv_loop_close(uv_default_loop());
}

const host_loop_registration uv({"uv", "libuv's default loop", run_in_uv});

} // namespace
} // namespace weft_tool
