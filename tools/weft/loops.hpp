// SPDX-License-Identifier: MIT
// `weft loops`: which engines, host loops and TLS libraries this build has.
#pragma once

#include "without_loop/exit_code.hpp"

namespace weft_tool {

exit_code list_loops();

} // namespace weft_tool
