// SPDX-License-Identifier: MIT
// Registers sd-event's runner for `--loop sd_event`.
#include <weft/hosts/sd_event.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {

const host_loop_registration sd_event({"sd_event", "sd-event, systemd's",
                                       make_runner<weft::sd_event_runner>});

} // namespace weft_tool
