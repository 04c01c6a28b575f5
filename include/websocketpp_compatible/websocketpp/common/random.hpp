// SPDX-License-Identifier: MIT
// The names of <random> in `websocketpp::lib`.
#pragma once

#include <random>

#include <websocketpp/common/cpp11.hpp>

#ifndef _WEBSOCKETPP_CPP11_RANDOM_DEVICE_
#define _WEBSOCKETPP_CPP11_RANDOM_DEVICE_
#endif

namespace websocketpp::lib {

using std::random_device;
using std::uniform_int_distribution;

} // namespace websocketpp::lib
