// SPDX-License-Identifier: MIT
// Refuses programs that use a protocol processor without a connection.
#pragma once

#include <websocketpp/processors/processor.hpp>

namespace websocketpp::processor {

template <typename config>
class hybi07 {
    static_assert(sizeof(config) == 0,
                  "WebSocket++'s processors are not part of weft::websocketpp: use weft::session, "
                  "the protocol without I/O (docs/protocol-core.md)");
};

} // namespace websocketpp::processor
