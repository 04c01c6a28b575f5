// SPDX-License-Identifier: MIT
// std::stop_token, which stops tasks. libc++ has it from version 20 on; with older ones, tasks
// cannot be stopped by a token, and everything else works.
#pragma once

#include <version>

#include <weft/core/language.hpp>

#if defined(__cpp_lib_jthread)

#include <stop_token>

namespace weft {

using std::stop_callback;
using std::stop_token;

} // namespace weft

#else

namespace weft {

/// Never requests a stop.
class stop_token {
public:
    [[nodiscard]] bool stop_possible() const noexcept { return false; }
    [[nodiscard]] bool stop_requested() const noexcept { return false; }
};

template <class Callback>
class stop_callback {
public:
    stop_callback(stop_token, Callback) noexcept {}
};

} // namespace weft

#endif
