// SPDX-License-Identifier: MIT
// The definitions for FreeBSD and macOS of what differs between POSIX systems.
#include "loop/bsd/system_calls.hpp"

#include <sys/filio.h>

#include <cerrno>

#include "loop/posix/system_random.hpp"

namespace weft {

/// FreeBSD distributes connections only with its own option; with SO_REUSEPORT alone the newest
/// listener gets all of them, as on macOS.
#ifdef SO_REUSEPORT_LB
const int native::shared_address = SO_REUSEPORT_LB;
#else
const int native::shared_address = SO_REUSEPORT;
#endif

bool native::concerns_one_connection(int error) noexcept {
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO: return true;
    default: return false;
    }
}

bool native::report_unread(int) noexcept {
    return false;
}

bool native::has_unread(msghdr&) noexcept {
    return false;
}

std::size_t sys::bytes_unconfirmed(int descriptor) noexcept {
    int size = 0;
#ifdef SO_NWRITE
    socklen_t length = sizeof(size);
    const int status = ::getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &size, &length);
#else
    const int status = ::ioctl(descriptor, FIONWRITE, &size);
#endif
    return status == 0 && size > 0 ? static_cast<std::size_t>(size) : 0;
}

bool draw_random_bytes(std::span<std::byte> bytes) noexcept {
    sys::arc4random_buf(bytes.data(), bytes.size());
    return true;
}

} // namespace weft
