// SPDX-License-Identifier: MIT
// A last word.
#include "loop/posix/refused_socket.hpp"

#include "loop/posix/system_calls.hpp"

namespace weft {

void refuse(owned_descriptor refused, std::string_view words) noexcept {
    sys::send(refused.get(), words.data(), words.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    sys::shutdown(refused.get(), SHUT_WR);
}

} // namespace weft
