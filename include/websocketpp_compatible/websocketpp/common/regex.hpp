// SPDX-License-Identifier: MIT
// The names of <regex> in `websocketpp::lib`.
#pragma once

#include <regex>

#include <websocketpp/common/cpp11.hpp>

#ifndef _WEBSOCKETPP_CPP11_REGEX_
#define _WEBSOCKETPP_CPP11_REGEX_
#endif

namespace websocketpp::lib {

using std::cmatch;
using std::regex;
using std::regex_match;
using std::regex_search;
using std::smatch;

} // namespace websocketpp::lib
