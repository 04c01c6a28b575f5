// SPDX-License-Identifier: MIT
// `weft serve`: echo, chat, /health and the page, until Ctrl-C.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <weft/core/session_options.hpp>
#include <weft/endpoint/trusted_proxies.hpp>

#include "weft/tls.hpp"
#include "without_loop/exit_code.hpp"
#include "without_loop/services.hpp"

namespace weft_tool {

struct serve_options {
    std::string program; ///< the command's name, for advice
    std::string host = "127.0.0.1";
    std::uint16_t port = 9001;
    bool tcp = true;
    std::string unix_path; ///< empty for none
    std::optional<unsigned> mode; ///< of the Unix-domain socket
    bool reuse_port = false;
    bool tls = false;      ///< for TCP and for passed sockets
    tls_identity identity; ///< for TLS
    std::string tls_library = default_tls_library(); ///< for TLS, also that of the hub
    bool activated = false;       ///< use the sockets that systemd has passed
    std::string activated_name;   ///< empty for all of them
    std::string loop = "automatic"; ///< one of `loop_names()`
    std::size_t cores = 1;          ///< number of loops; 0 for all cores
    service_options services;
    std::size_t connections_max = weft::unlimited;
    std::size_t connections_per_address_max = weft::unlimited;
    weft::trusted_proxies trusted;
    std::vector<std::string> names; ///< further host names to answer to
    bool any_host = false;          ///< answer to all host names
    bool deflate = false;           ///< compress messages for clients that offer it
    std::string hub_ca;             ///< PEM file of authorities for a hub with TLS
    std::string hub;                ///< the URL of a Redis that servers share; empty for none
    double drain = 0;               ///< seconds over which a stop signal spreads its closes
    std::string level = "info"; ///< as `log_level_named` takes it

    [[nodiscard]] tls_trust hub_trust() const {
        return {.library = tls_library, .issuers_file = hub_ca};
    }
};

exit_code serve(serve_options options);

} // namespace weft_tool
