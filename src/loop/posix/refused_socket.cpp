// SPDX-License-Identifier: MIT
// A connected socket that gets one answer, unasked, and its end.
#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {

void refuse(owned_socket refused, std::string_view words) noexcept {
    sys::send(refused.get(), words.data(), words.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    sys::shutdown(refused.get(), SHUT_WR);
}

} // namespace weft
