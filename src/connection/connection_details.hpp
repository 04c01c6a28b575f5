// SPDX-License-Identifier: MIT
// What only some connections have, so that the others need no memory for it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <weft/connection/connection.hpp>
#include <weft/connection/route.hpp>

#include "connection/channel_extra.hpp"

namespace weft {

struct connection::details final : channel::extra {
    std::string subprotocol;
    std::optional<address> named; // who sends the request, as a proxy has it

    // of an outbound connection
    std::unique_ptr<route> own_route;
    std::optional<weft::uri> uri;
    connect_options connect_with;
    time_point phase_deadline = never; // of the phase
    std::size_t redirects = 0; // that were followed
};

inline connection::details* connection::extras() const noexcept {
    return static_cast<details*>(extra_.get());
}

} // namespace weft
