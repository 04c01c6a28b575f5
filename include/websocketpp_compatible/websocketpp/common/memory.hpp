// SPDX-License-Identifier: MIT
// The names of <memory> in `websocketpp::lib`.
#pragma once

#include <memory>

#include <websocketpp/common/cpp11.hpp>

#ifndef _WEBSOCKETPP_CPP11_MEMORY_
#define _WEBSOCKETPP_CPP11_MEMORY_
#endif

namespace websocketpp::lib {

using std::dynamic_pointer_cast;
using std::enable_shared_from_this;
using std::make_shared;
using std::shared_ptr;
using std::static_pointer_cast;
using std::unique_ptr;
using std::weak_ptr;

typedef std::unique_ptr<unsigned char[]> unique_ptr_uchar_array;

} // namespace websocketpp::lib
