// SPDX-License-Identifier: MIT
// Opens sockets and pipes that programs started meanwhile do not inherit, with the calls that every
// POSIX system has.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>

namespace weft::testing {

enum class blocking { yes, no };

/// Returns `descriptor`, which may be -1, close-on-exec and non-blocking if asked for.
inline int prepared(int descriptor, blocking how) {
    if (descriptor < 0) return descriptor;
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    ::fcntl(descriptor, F_SETFL, how == blocking::no ? O_NONBLOCK : 0);
    return descriptor;
}

inline int open_socket(int family, int type, blocking how = blocking::yes) {
    return prepared(::socket(family, type, 0), how);
}

inline int accept_one(int listening, blocking how = blocking::yes) {
    return prepared(::accept(listening, nullptr, nullptr), how);
}

/// Returns 0, or -1 with errno set.
inline int open_socket_pair(int type, int* ends, blocking how = blocking::yes) {
    if (::socketpair(AF_UNIX, type, 0, ends) != 0) return -1;
    prepared(ends[0], how);
    prepared(ends[1], how);
    return 0;
}

/// Returns 0, or -1 with errno set. `ends[0]` reads and `ends[1]` writes.
inline int open_pipe(int* ends, blocking how = blocking::yes) {
    if (::pipe(ends) != 0) return -1;
    prepared(ends[0], how);
    prepared(ends[1], how);
    return 0;
}

/// Returns how many descriptors are open, of those with numbers that tests use.
inline std::ptrdiff_t open_descriptors() {
    constexpr int number_max = 1024;
    std::ptrdiff_t count = 0;
    for (int number = 0; number < number_max; ++number) count += ::fcntl(number, F_GETFD) >= 0;
    return count;
}

} // namespace weft::testing
