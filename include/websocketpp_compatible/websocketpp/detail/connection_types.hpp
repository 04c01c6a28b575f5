// SPDX-License-Identifier: MIT
// The types of a connection's handlers, and its states.
#pragma once

#include <cstddef>
#include <string>

#include <websocketpp/common/connection_hdl.hpp>
#include <websocketpp/common/functional.hpp>
#include <websocketpp/common/system_error.hpp>

namespace websocketpp {

typedef lib::function<void(connection_hdl)> open_handler;
typedef lib::function<void(connection_hdl)> close_handler;
typedef lib::function<void(connection_hdl)> fail_handler;
typedef lib::function<void(connection_hdl)> interrupt_handler;
typedef lib::function<bool(connection_hdl, std::string)> ping_handler;
typedef lib::function<void(connection_hdl, std::string)> pong_handler;
typedef lib::function<void(connection_hdl, std::string)> pong_timeout_handler;
typedef lib::function<bool(connection_hdl)> validate_handler;
typedef lib::function<void(connection_hdl)> http_handler;

typedef lib::function<void(lib::error_code const&, std::size_t)> read_handler;
typedef lib::function<void(lib::error_code const&)> write_frame_handler;

namespace session {

namespace state {

enum value { connecting = 0, open = 1, closing = 2, closed = 3 };

} // namespace state

namespace http_state {

enum value { init = 0, deferred = 1, headers_written = 2, body_written = 3, closed = 4 };

} // namespace http_state

} // namespace session

} // namespace websocketpp
