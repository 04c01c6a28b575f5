// SPDX-License-Identifier: MIT
// Registers Boost.Asio's runner for `--loop boost_asio`.
#include <weft/hosts/boost_asio.hpp>

#include "host_loops/host_loops.hpp"

namespace weft_tool {

const host_loop_registration boost_asio({"boost_asio", "Boost.Asio",
                                         make_runner<weft::boost_asio_runner>});

} // namespace weft_tool
