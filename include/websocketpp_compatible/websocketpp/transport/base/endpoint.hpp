// SPDX-License-Identifier: MIT
// What all transports' endpoints have in common: the types of their callbacks.
#pragma once

#include <websocketpp/common/functional.hpp>
#include <websocketpp/common/system_error.hpp>

namespace websocketpp::transport {

typedef lib::function<void(lib::error_code const&)> accept_handler;
typedef lib::function<void(lib::error_code const&)> connect_handler;

} // namespace websocketpp::transport
