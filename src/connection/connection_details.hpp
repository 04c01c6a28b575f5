// SPDX-License-Identifier: MIT
// What only some connections have, so that the others need no memory for it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weft/connection/connection.hpp>
#include <weft/connection/route.hpp>

#include "connection/posted_message.hpp"

namespace weft {

struct connection::details {
    any_value data;
    std::string subprotocol;
    std::shared_ptr<handle_state> shared; // with handles, if there are any
    std::vector<std::unique_ptr<posted_message>> held; // that cannot be sent yet
    std::optional<address> named; // who sends the request, as a proxy has it

    // of a dialled connection
    std::unique_ptr<route> own_route;
    std::optional<weft::uri> uri;
    dial_options dialled_with;
    time_point dialling_deadline = never; // of the phase
    phase dialling_phase = phase::connect;
    function<void()> cancel; // gives up dialling
    int rounds = 0; // that a deadline which has passed was put off for
    std::size_t redirects = 0; // that were followed
    std::unique_ptr<report_facts> facts; // where it was going, until it is open
};

} // namespace weft
