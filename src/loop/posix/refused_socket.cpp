// SPDX-License-Identifier: MIT
// Sends a refused connection one response, without reading its request, and closes it.
#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {

void refuse(owned_socket refused, std::string_view words) noexcept {
    sys::send(refused.get(), words.data(), words.size(), native::no_signal | MSG_DONTWAIT);
    sys::shutdown(refused.get(), SHUT_WR);
}

} // namespace weft
