// SPDX-License-Identifier: MIT
// libev's runner, by its name.
#include <weft/hosts/ev.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {

const host_loop_registration ev({"ev", "libev", make_runner<weft::ev_runner>});

} // namespace weft_tool
