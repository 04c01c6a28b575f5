// SPDX-License-Identifier: MIT
// macOS has none of the calls of POSIX.1-2024: each is made of older ones. A process that another
// thread starts between two of them inherits the descriptor.
#include "loop/posix/system_calls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace weft {
namespace {

bool set_flags(int descriptor) noexcept {
    return ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 &&
        ::fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0;
}

/// Returns `descriptor`, non-blocking and close-on-exec; -1 with errno set if that fails.
int prepared(int descriptor) noexcept {
    if (descriptor < 0 || set_flags(descriptor)) return descriptor;
    const int error = errno;
    ::close(descriptor);
    errno = error;
    return -1;
}

/// Returns whole milliseconds, rounded up.
int as_milliseconds(const timespec& time) noexcept {
    constexpr long in_one = 1'000'000;
    constexpr time_t seconds_max = INT_MAX / 1000 - 1;
    if (time.tv_sec > seconds_max) return INT_MAX;
    return static_cast<int>(time.tv_sec * 1000 + (time.tv_nsec + in_one - 1) / in_one);
}

} // namespace

int native::socket(int family, int type) noexcept {
    const int made = prepared(::socket(family, type, 0));
    if (made >= 0) disable_sigpipe(made);
    return made;
}

int native::accept(int listening, sockaddr* peer, socklen_t* size) noexcept {
    const int made = prepared(::accept(listening, peer, size));
    if (made >= 0) disable_sigpipe(made);
    return made;
}

int native::pipe(int* ends) noexcept {
    std::array<int, 2> made{};
    if (::pipe(made.data()) != 0) return -1;
    if (set_flags(made[0]) && set_flags(made[1])) {
        std::ranges::copy(made, ends);
        return 0;
    }
    const int error = errno;
    ::close(made[0]);
    ::close(made[1]);
    errno = error;
    return -1;
}

int native::poll(pollfd* set, nfds_t count, const timespec* timeout) noexcept {
    return ::poll(set, count, timeout ? as_milliseconds(*timeout) : -1);
}

const int native::no_signal = 0;

/// Fails on a socket whose peer has reset the connection, which raises no signal either.
void native::disable_sigpipe(int socket) noexcept {
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
}

} // namespace weft
