// SPDX-License-Identifier: MIT
// The definitions for Linux of what differs between POSIX systems.
#include "loop/linux/system_calls.hpp"

#include <linux/sockios.h>

#include <cerrno>

namespace weft {

const int native::shared_address = SO_REUSEPORT;

/// On Linux, accept(2) also returns network errors that are pending on the new connection.
bool native::concerns_one_connection(int error) noexcept {
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM: // a firewall refuses it
    case ENETDOWN:
    case ENETUNREACH:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
    case ETIMEDOUT: return true;
    default: return false;
    }
}

std::size_t sys::bytes_unconfirmed(int descriptor) noexcept {
    int size = 0;
    return ::ioctl(descriptor, SIOCOUTQ, &size) == 0 && size > 0 ? static_cast<std::size_t>(size)
                                                                 : 0;
}

} // namespace weft
