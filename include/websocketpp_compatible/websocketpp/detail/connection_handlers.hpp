// SPDX-License-Identifier: MIT
// The handlers of a connection, which an endpoint gives to those that it creates.
#pragma once

#include <string>

#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/detail/handler_slot.hpp>

namespace websocketpp::detail {

template <class MessagePtr>
struct connection_handlers {
    handler_slot<void(connection_hdl)> open;
    handler_slot<void(connection_hdl)> close;
    handler_slot<void(connection_hdl)> fail;
    handler_slot<bool(connection_hdl, std::string)> ping;
    handler_slot<void(connection_hdl, std::string)> pong;
    handler_slot<void(connection_hdl, std::string)> pong_timeout;
    handler_slot<void(connection_hdl)> interrupt;
    handler_slot<void(connection_hdl)> http;
    handler_slot<bool(connection_hdl)> validate;
    handler_slot<void(connection_hdl, MessagePtr)> message;
};

} // namespace websocketpp::detail
