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

void close_and_keep_errno(int descriptor) noexcept {
    const int error = errno;
    ::close(descriptor);
    errno = error;
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
    const int made = ::socket(family, type, 0);
    if (made < 0 || (set_flags(made) && disable_sigpipe(made))) return made;
    close_and_keep_errno(made);
    return -1;
}

int native::accept(int listening, sockaddr* peer, socklen_t* size) noexcept {
    const int made = ::accept(listening, peer, size);
    if (made < 0) return made;
    const bool flagged = set_flags(made);
    if (flagged && disable_sigpipe(made)) return made;
    // The option is refused for a connection that has ended in both directions.
    if (flagged && errno == EINVAL) errno = ECONNABORTED;
    close_and_keep_errno(made);
    return -1;
}

int native::pipe(int* ends) noexcept {
    std::array<int, 2> made{};
    if (::pipe(made.data()) != 0) return -1;
    if (set_flags(made[0]) && set_flags(made[1])) {
        std::ranges::copy(made, ends);
        return 0;
    }
    close_and_keep_errno(made[0]);
    close_and_keep_errno(made[1]);
    return -1;
}

int native::poll(pollfd* set, nfds_t count, const timespec* timeout) noexcept {
    return ::poll(set, count, timeout ? as_milliseconds(*timeout) : -1);
}

const int native::no_signal = 0;

bool native::disable_sigpipe(int socket) noexcept {
    const int on = 1;
    return ::setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on)) == 0;
}

} // namespace weft
