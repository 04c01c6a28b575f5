// SPDX-License-Identifier: MIT
// The names of <type_traits> in `websocketpp::lib`.
#pragma once

#include <type_traits>

#include <websocketpp/common/cpp11.hpp>

#ifndef _WEBSOCKETPP_CPP11_TYPE_TRAITS_
#define _WEBSOCKETPP_CPP11_TYPE_TRAITS_
#endif

namespace websocketpp::lib {

using std::aligned_storage;
using std::is_same;

} // namespace websocketpp::lib
