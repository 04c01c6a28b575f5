// SPDX-License-Identifier: MIT
// The names of <thread> and <mutex> in `websocketpp::lib`.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include <websocketpp/common/cpp11.hpp>

#ifndef _WEBSOCKETPP_CPP11_THREAD_
#define _WEBSOCKETPP_CPP11_THREAD_
#endif

namespace websocketpp::lib {

using std::condition_variable;
using std::lock_guard;
using std::mutex;
using std::thread;
using std::unique_lock;

} // namespace websocketpp::lib
