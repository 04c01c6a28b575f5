// SPDX-License-Identifier: MIT
// Registers uloop's runner for `--loop uloop`.
#include <weft/hosts/uloop.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {

const host_loop_registration uloop({"uloop", "uloop (libubox)", make_runner<weft::uloop_runner>});

} // namespace weft_tool
