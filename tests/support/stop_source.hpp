// SPDX-License-Identifier: MIT
// std::stop_source where the standard library has one. libc++ before version 20 has none: a task
// cannot be stopped by a token there, and the tests of that are skipped.
#pragma once

#include <weft/stream/stop_token.hpp>

namespace weft::testing {

#if defined(__cpp_lib_jthread)

using std::stop_source;
inline constexpr bool has_stop_tokens = true;

#else

class stop_source {
public:
    [[nodiscard]] stop_token get_token() const noexcept { return {}; }
    void request_stop() noexcept {}
};
inline constexpr bool has_stop_tokens = false;

#endif

inline constexpr const char* no_stop_tokens = "this standard library has no std::stop_source";

} // namespace weft::testing
