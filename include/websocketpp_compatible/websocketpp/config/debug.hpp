// SPDX-License-Identifier: MIT
// The config of an endpoint without sockets, with all channels of its logs.
#pragma once

#include <websocketpp/config/core.hpp>

namespace websocketpp::config {

struct debug_core : public core {
    typedef debug_core type;

    static constexpr websocketpp::log::level elog_level = websocketpp::log::elevel::all;
    static constexpr websocketpp::log::level alog_level = websocketpp::log::alevel::all;
};

} // namespace websocketpp::config
