// SPDX-License-Identifier: MIT
// The definitions for Linux of what differs between POSIX systems.
#include "loop/linux/system_calls.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>

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

bool native::report_unread(int socket) noexcept {
    const int on = 1;
    return ::setsockopt(socket, IPPROTO_TCP, TCP_INQ, &on, sizeof(on)) == 0;
}

bool native::has_unread(msghdr& received) noexcept {
    const cmsghdr* const report = CMSG_FIRSTHDR(&received);
    if (!report || report->cmsg_level != IPPROTO_TCP || report->cmsg_type != TCP_CM_INQ) {
        return false;
    }
    int left = 0;
    std::memcpy(&left, CMSG_DATA(report), sizeof(left));
    return left != 0;
}

std::size_t sys::bytes_unconfirmed(int descriptor) noexcept {
    int size = 0;
    return ::ioctl(descriptor, SIOCOUTQ, &size) == 0 && size > 0 ? static_cast<std::size_t>(size)
                                                                 : 0;
}

} // namespace weft
