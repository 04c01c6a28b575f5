// SPDX-License-Identifier: MIT
// What only some connections have, so that the others need no memory for it.
#pragma once

#include <any>
#include <memory>
#include <optional>
#include <string>

#include <weft/connection/connection.hpp>
#include <weft/connection/route.hpp>

namespace weft {

struct connection::details {
    std::any data;
    std::string subprotocol;
    std::optional<driver::ticket> ticket;
    std::optional<address> named; // who sends the request, as a proxy has it

    // of a dialled connection
    std::unique_ptr<route> own_route;
    std::optional<weft::uri> uri;
    dial_options dialled_with;
    time_point dialling_deadline = never; // of the phase
    phase dialling_phase = phase::connect;
    function<void()> cancel; // gives up dialling
    std::size_t redirects = 0; // that were followed
};

} // namespace weft
