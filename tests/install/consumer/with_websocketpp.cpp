// SPDX-License-Identifier: MIT
// A program written for WebSocket++ finds its headers by linking one target.

#include <websocketpp/config/core.hpp>
#include <websocketpp/server.hpp>

int main() {
    websocketpp::server<websocketpp::config::core> server;
    return server.get_connection() && websocketpp::minor_version == 8 ? 0 : 1;
}
