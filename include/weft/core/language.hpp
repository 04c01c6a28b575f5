// SPDX-License-Identifier: MIT
// Compiler requirements: C++20 and exceptions. Every public header includes this one, directly or
// through others, before its own code. No other file checks the language level.
#pragma once

#if __cplusplus < 202002L && !(defined(_MSVC_LANG) && _MSVC_LANG >= 202002L)
#error "Weft needs C++20 or later: compile with -std=c++20, or set CMAKE_CXX_STANDARD to 20."
#include "compilation ends here" // the errors that would follow do not help
#endif

#if !defined(__cpp_exceptions)
#error "Weft needs exceptions: compile without -fno-exceptions."
#include "compilation ends here"
#endif
