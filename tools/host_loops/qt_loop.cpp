// SPDX-License-Identifier: MIT
// Registers Qt's runner for `--loop qt`.
#include <weft/hosts/qt.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {

const host_loop_registration qt({"qt", "Qt", make_runner<weft::qt_runner>});

} // namespace weft_tool
