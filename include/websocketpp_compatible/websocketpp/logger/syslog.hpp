// SPDX-License-Identifier: MIT
// Refuses programs that log to syslog through WebSocket++.
#pragma once

#include <websocketpp/logger/basic.hpp>

namespace websocketpp::log {

template <typename concurrency, typename names>
class syslog : public basic<concurrency, names> {
    static_assert(sizeof(concurrency) == 0,
                  "log::syslog is not part of weft::websocketpp: derive a log from log::basic, and "
                  "call syslog(3) in its write");
};

} // namespace websocketpp::log
