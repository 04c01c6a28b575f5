// SPDX-License-Identifier: MIT
// Registers libev's runner for `--loop ev`.
#include <weft/hosts/ev.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {

const host_loop_registration ev({"ev", "libev", make_runner<weft::ev_runner>});

} // namespace weft_tool
