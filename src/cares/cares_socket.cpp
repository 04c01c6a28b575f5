// SPDX-License-Identifier: MIT
// Readiness, from the engine to c-ares.
#include "cares/cares_socket.hpp"

#include <utility>

#include "cares/cares_channel.hpp"
#include "loop/loop_state.hpp"

namespace weft {

/// What the engine refuses is not heard: c-ares gives up after its timeout.
void cares_socket::watch(bool read, bool write) noexcept {
    const interest in{.read = read, .write = write, .level = true};
    if (watched_) {
        static_cast<void>(loop_.engine().modify(which_, *this, in));
    } else {
        watched_ = !loop_.engine().add(which_, *this, in);
    }
}

void cares_socket::leave() noexcept {
    if (watched_) loop_.engine().remove(which_);
    loop_.cancel(*this);
    loop_.bury(this);
}

void cares_socket::ready(readiness what) noexcept {
    readable_ |= what.read || what.hangup;
    writable_ |= what.write;
    loop_.defer(*this);
}

void cares_socket::run() noexcept {
    const bool read = std::exchange(readable_, false);
    const bool write = std::exchange(writable_, false);
    owner_.process(read ? which_ : ARES_SOCKET_BAD, write ? which_ : ARES_SOCKET_BAD);
}

} // namespace weft
