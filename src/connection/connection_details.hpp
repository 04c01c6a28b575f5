// SPDX-License-Identifier: MIT
// State that only some WebSocket connections need; the others spend no memory on it.
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
    std::optional<address> named; // the client's address, as a proxy reported it

    // for an outbound connection
    std::unique_ptr<route> own_route;
    std::optional<weft::uri> uri;
};

inline connection::details* connection::extras() const noexcept {
    return static_cast<details*>(extra_.get());
}

} // namespace weft
