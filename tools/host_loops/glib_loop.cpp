// SPDX-License-Identifier: MIT
// Registers GLib's runner for `--loop glib`.
#include <weft/hosts/glib.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {

const host_loop_registration glib({"glib", "GLib", make_runner<weft::glib_runner>});

} // namespace weft_tool
