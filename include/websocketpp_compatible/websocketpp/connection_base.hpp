// SPDX-License-Identifier: MIT
// The base class of connections, which a config may replace to store data in each connection.
#pragma once

namespace websocketpp {

class connection_base {};

} // namespace websocketpp
