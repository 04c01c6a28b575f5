// SPDX-License-Identifier: MIT
// Registers Asio's runner for `--loop asio`.
#include <weft/hosts/asio.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {

const host_loop_registration asio({"asio", "Asio", make_runner<weft::asio_runner>});

} // namespace weft_tool
