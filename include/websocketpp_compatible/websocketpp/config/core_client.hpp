// SPDX-License-Identifier: MIT
// The config of a client that the application feeds with bytes.
#pragma once

#include <websocketpp/config/core.hpp>

namespace websocketpp::config {

struct core_client : public core {
    typedef core_client type;
};

} // namespace websocketpp::config
