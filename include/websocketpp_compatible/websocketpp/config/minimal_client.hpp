// SPDX-License-Identifier: MIT
// The minimal config of a client, to derive from: no transport, no logs.
#pragma once

#include <websocketpp/config/minimal_server.hpp>

namespace websocketpp::config {

struct minimal_client : public minimal_server {
    typedef minimal_client type;
};

} // namespace websocketpp::config
