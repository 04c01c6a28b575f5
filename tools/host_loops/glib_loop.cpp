// SPDX-License-Identifier: MIT
// GLib's runner, by its name.
#include <weft/hosts/glib.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {

const host_loop_registration glib({"glib", "GLib", make_runner<weft::glib_runner>});

} // namespace weft_tool
