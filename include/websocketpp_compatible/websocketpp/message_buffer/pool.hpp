// SPDX-License-Identifier: MIT
// The names of WebSocket++'s message pool, which creates each message anew.
#pragma once

#include <websocketpp/message_buffer/alloc.hpp>

namespace websocketpp::message_buffer::pool {

using alloc::con_msg_manager;
using alloc::endpoint_msg_manager;

} // namespace websocketpp::message_buffer::pool
