// SPDX-License-Identifier: MIT
// The name of <chrono> in `websocketpp::lib`.
#pragma once

#include <chrono>

#include <websocketpp/common/cpp11.hpp>

#ifndef _WEBSOCKETPP_CPP11_CHRONO_
#define _WEBSOCKETPP_CPP11_CHRONO_
#endif

namespace websocketpp::lib {

namespace chrono = std::chrono;

} // namespace websocketpp::lib
