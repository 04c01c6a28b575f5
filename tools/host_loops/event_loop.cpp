// SPDX-License-Identifier: MIT
// Registers libevent's runner for `--loop event`.
#include <weft/hosts/event.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {

const host_loop_registration event({"event", "libevent", make_runner<weft::event_runner>});

} // namespace weft_tool
