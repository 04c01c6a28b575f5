// SPDX-License-Identifier: MIT
// The mutexes of programs with threads.
#pragma once

#include <websocketpp/common/thread.hpp>

namespace websocketpp::concurrency {

class basic {
public:
    typedef lib::mutex mutex_type;
    typedef lib::lock_guard<mutex_type> scoped_lock_type;
};

} // namespace websocketpp::concurrency
