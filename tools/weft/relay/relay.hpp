// SPDX-License-Identifier: MIT
// `weft relay`: its options, and the function that checks and runs them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <weft/core/session_options.hpp>

#include "weft/relay/websocket_end.hpp"
#include "weft/target.hpp"
#include "without_loop/exit_code.hpp"

namespace weft_tool {

struct relay_options {
    std::string first;  ///< the address of an end, as typed: see `parse_relay_address`
    std::string second; ///< the address of the other end
    target_options connecting; ///< without the URL
    relay_framing framing;
    double wait = 1;         ///< seconds: see the constructor of `relay_link`
    double idle_timeout = 0; ///< seconds; 0 for none
    std::size_t connections_max = weft::unlimited;
    tls_identity identity;            ///< for an end that listens
    std::vector<std::string> origins; ///< origins of the web pages that may connect
    bool any_origin = false;
    std::string name_servers; ///< "address:port,..."; empty for the system's
    bool verbose = false;
    bool json = false;
    std::string loop = "automatic"; ///< one of `loop_names()`
};

exit_code relay(const relay_options& options);

} // namespace weft_tool
