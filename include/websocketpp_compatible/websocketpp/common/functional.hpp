// SPDX-License-Identifier: MIT
// The names of <functional> in `websocketpp::lib`.
#pragma once

#include <functional>

#include <websocketpp/common/cpp11.hpp>

#ifndef _WEBSOCKETPP_CPP11_FUNCTIONAL_
#define _WEBSOCKETPP_CPP11_FUNCTIONAL_
#endif
#ifndef _WEBSOCKETPP_REF
#define _WEBSOCKETPP_REF(x) x
#endif

namespace websocketpp::lib {

using std::bind;
using std::cref;
using std::function;
using std::ref;

namespace placeholders = std::placeholders;

template <typename T>
void clear_function(T& which) {
    which = nullptr;
}

} // namespace websocketpp::lib
