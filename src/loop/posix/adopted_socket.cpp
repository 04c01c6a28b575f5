// SPDX-License-Identifier: MIT
// Queries a socket's type and state.
#include "loop/posix/adopted_socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>

#include <weft/core/error.hpp>

#include "loop/posix/socket_address.hpp"
#include "loop/posix/socket_options.hpp"
#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

std::error_code check_type(int descriptor, int wanted) noexcept {
    int value = 0;
    socklen_t size = sizeof(value);
    if (sys::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &value, &size) != 0) return last_error();
    return value == wanted ? std::error_code() : make_error_code(errc::bad_argument);
}

/// If the system cannot report whether a socket listens (ENOPROTOOPT), later calls must find out.
std::error_code check_stream_socket(int descriptor, bool listens) noexcept {
    if (const auto why = check_type(descriptor, SOCK_STREAM)) return why;
    int value = 0;
    socklen_t size = sizeof(value);
    if (sys::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) != 0) {
        return errno == ENOPROTOOPT ? std::error_code() : last_error();
    }
    return (value != 0) == listens ? std::error_code() : make_error_code(errc::bad_argument);
}

std::error_code set_flag(int descriptor, int read, int write, int flag) noexcept {
    const int flags = sys::fcntl(descriptor, read, 0);
    if (flags < 0) return last_error();
    if ((flags & flag) != 0) return {};
    return sys::fcntl(descriptor, write, flags | flag) == 0 ? std::error_code() : last_error();
}

} // namespace

std::error_code check_listening(int descriptor) noexcept {
    return check_stream_socket(descriptor, true);
}

std::error_code check_connected(int descriptor) noexcept {
    if (const auto why = check_stream_socket(descriptor, false)) return why;
    socket_address peer;
    const bool connected = sys::getpeername(descriptor, peer.get(), &peer.size) == 0;
    return connected ? std::error_code() : last_error();
}

std::error_code check_datagrams(int descriptor) noexcept {
    return check_type(descriptor, SOCK_DGRAM);
}

std::error_code prepare_socket(int descriptor) noexcept {
    if (const auto why = set_flag(descriptor, F_GETFL, F_SETFL, O_NONBLOCK)) return why;
    if (const auto why = set_flag(descriptor, F_GETFD, F_SETFD, FD_CLOEXEC)) return why;
    if (!native::disable_sigpipe(descriptor)) return last_error();
    switch_on(descriptor, IPPROTO_TCP, TCP_NODELAY); // fails on a Unix-domain socket, harmlessly
    return {};
}

} // namespace weft
