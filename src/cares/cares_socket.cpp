// SPDX-License-Identifier: MIT
// Passes readiness from the engine to c-ares.
#include "cares/cares_socket.hpp"

#include <utility>

#include "cares/cares_channel.hpp"
#include "loop/loop_state.hpp"

namespace weft {

/// Watches the socket. An error of the engine is ignored: c-ares gives up after its timeout.
void cares_socket::watch(bool read, bool write) noexcept {
    wanted_ = {.read = read, .write = write};
    if (watched_) return register_again();
    watched_ = !loop_.engine().add(which_, *this, wanted_);
}

/// Registers an edge again, since a level would not wake an edge-triggered host again.
void cares_socket::register_again() noexcept {
    static_cast<void>(loop_.engine().modify(which_, *this, wanted_));
}

void cares_socket::leave() noexcept {
    if (std::exchange(watched_, false)) loop_.engine().remove(which_);
    loop_.cancel(*this);
    loop_.retire(this);
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
    if (watched_) register_again(); // still exists even if c-ares closed its descriptor
}

} // namespace weft
