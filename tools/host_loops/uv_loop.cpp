// SPDX-License-Identifier: MIT
// Registers libuv's runner for `--loop uv`.
#include <weft/hosts/uv.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {

const host_loop_registration uv({"uv", "libuv", make_runner<weft::uv_runner>});

} // namespace weft_tool
