// SPDX-License-Identifier: MIT
// Calls of POSIX.1-2024. Those that open a descriptor make it non-blocking and close-on-exec in the
// same call, so that a process which another thread starts at that moment does not inherit it.
#include "loop/posix_2024/system_calls.hpp"

namespace weft {

int native::socket(int family, int type) noexcept {
    return ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

int native::accept(int listening, sockaddr* peer, socklen_t* size) noexcept {
    return ::accept4(listening, peer, size, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int native::pipe(int* ends) noexcept {
    return ::pipe2(ends, O_CLOEXEC | O_NONBLOCK);
}

int native::poll(pollfd* set, nfds_t count, const timespec* timeout) noexcept {
    return ::ppoll(set, count, timeout, nullptr);
}

const int native::no_signal = MSG_NOSIGNAL;

bool native::disable_sigpipe(int) noexcept {
    return true;
}

} // namespace weft
