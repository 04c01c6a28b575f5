// SPDX-License-Identifier: MIT
// The names of <system_error> in `websocketpp::lib`.
#pragma once

#include <system_error>

#include <websocketpp/common/cpp11.hpp>

#ifndef _WEBSOCKETPP_CPP11_SYSTEM_ERROR_
#define _WEBSOCKETPP_CPP11_SYSTEM_ERROR_
#endif

namespace websocketpp::lib {

using std::errc;
using std::error_category;
using std::error_code;
using std::error_condition;
using std::generic_category;
using std::is_error_code_enum;
using std::make_error_code;
using std::system_category;
using std::system_error;

} // namespace websocketpp::lib

#ifndef _WEBSOCKETPP_ERROR_CODE_ENUM_NS_START_
#define _WEBSOCKETPP_ERROR_CODE_ENUM_NS_START_ namespace std {
#define _WEBSOCKETPP_ERROR_CODE_ENUM_NS_END_ }
#endif
