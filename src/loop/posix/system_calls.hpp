// SPDX-License-Identifier: MIT
// The table of all system calls that the loop makes, and their errors; no other code in the loop
// makes system calls. Calls that only one system has are in system_calls.hpp in the folder of that
// system.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

#include "loop/owned_socket.hpp"
#include "loop/posix/system_call.hpp"

/// What differs between POSIX systems. The folders of each system define it, in system_calls.cpp.
/// The descriptors that these calls open are non-blocking and close-on-exec.
namespace weft::native {

[[nodiscard]] int socket(int family, int type) noexcept;
[[nodiscard]] int accept(int listening, sockaddr* peer, socklen_t* size) noexcept;

/// Returns true if `error` of accept(2) concerns only the connection that accept removed from the
/// queue, so that the next call may succeed.
[[nodiscard]] bool concerns_one_connection(int error) noexcept;

[[nodiscard]] int pipe(int* ends) noexcept;

/// Waits as ppoll(2) does: without a limit if `timeout` is null.
[[nodiscard]] int poll(pollfd* set, nfds_t count, const timespec* timeout) noexcept;

/// The flag with which send(2) raises no SIGPIPE. 0 on systems that have a socket option for that
/// instead; there, the calls above set the option.
extern const int no_signal;

/// Sets that option, if the system has it, on a socket that the application has opened. Returns
/// false with errno set if the system refuses: writing to the socket could then end the process.
[[nodiscard]] bool disable_sigpipe(int socket) noexcept;

/// The socket option with which several listeners share one address and its connections.
extern const int shared_address;

/// Makes recvmsg(2) report on this socket whether input is left. Returns false if the system, or
/// the kind of socket, does not support that.
[[nodiscard]] bool report_unread(int socket) noexcept;

/// The size of the control data with this report.
inline constexpr std::size_t unread_report_size = CMSG_SPACE(sizeof(int));

/// Returns true if `received` reports that input is left, or the end of the input.
[[nodiscard]] bool has_unread(msghdr& received) noexcept;

} // namespace weft::native

namespace weft::sys {

// sockets
inline constexpr system_call<int(int, int)> socket{"socket", native::socket};
inline constexpr system_call<int(int, int, int, int*)> socketpair{"socketpair", ::socketpair};
inline constexpr system_call<int(int, const sockaddr*, socklen_t)> bind{"bind", ::bind};
inline constexpr system_call<int(int, int)> listen{"listen", ::listen};
inline constexpr system_call<int(int, sockaddr*, socklen_t*)> accept{"accept", native::accept};
inline constexpr system_call<int(int, const sockaddr*, socklen_t)> connect{"connect", ::connect};
inline constexpr system_call<int(int, int)> shutdown{"shutdown", ::shutdown};
inline constexpr system_call<int(int, int, int, void*, socklen_t*)> getsockopt{"getsockopt",
                                                                               ::getsockopt};
inline constexpr system_call<int(int, int, int, const void*, socklen_t)> setsockopt{
    "setsockopt", ::setsockopt};
inline constexpr system_call<int(int, sockaddr*, socklen_t*)> getsockname{"getsockname",
                                                                          ::getsockname};
inline constexpr system_call<int(int, sockaddr*, socklen_t*)> getpeername{"getpeername",
                                                                          ::getpeername};

// bytes
inline constexpr system_call<ssize_t(int, void*, std::size_t, int)> recv{"recv", ::recv};
inline constexpr system_call<ssize_t(int, msghdr*, int)> recvmsg{"recvmsg", ::recvmsg};
inline constexpr system_call<ssize_t(int, const void*, std::size_t, int)> send{"send", ::send};
inline constexpr system_call<ssize_t(int, void*, std::size_t, int, sockaddr*, socklen_t*)> recvfrom{
    "recvfrom", [](int descriptor, void* room, std::size_t size, int flags, sockaddr* from,
                   socklen_t* from_size) {
        return ::recvfrom(descriptor, room, size, flags, from, from_size);
    }};
inline constexpr system_call<ssize_t(int, const void*, std::size_t, int, const sockaddr*,
                                     socklen_t)>
    sendto{"sendto", [](int descriptor, const void* bytes, std::size_t size, int flags,
                        const sockaddr* to, socklen_t to_size) {
               return ::sendto(descriptor, bytes, size, flags, to, to_size);
           }};
inline constexpr system_call<ssize_t(int, const msghdr*, int)> sendmsg{"sendmsg", ::sendmsg};
inline constexpr system_call<ssize_t(int, void*, std::size_t)> read{"read", ::read};
inline constexpr system_call<ssize_t(int, const void*, std::size_t)> write{"write", ::write};

// waiting
inline constexpr system_call<int(pollfd*, nfds_t, const timespec*)> poll{"poll", native::poll};
inline constexpr system_call<int(int*)> pipe{"pipe", native::pipe};

// files
inline constexpr system_call<int(const char*, int)> open{
    "open", [](const char* path, int flags) { return ::open(path, flags); }};
inline constexpr system_call<int(const char*, struct stat*)> lstat{"lstat", ::lstat};
inline constexpr system_call<int(int, struct stat*)> fstat{"fstat", ::fstat};
inline constexpr system_call<int(const char*)> unlink{"unlink", ::unlink};
inline constexpr system_call<int(int, mode_t)> fchmod{"fchmod", ::fchmod};
inline constexpr system_call<int(int, const char*, mode_t, int)> fchmodat{"fchmodat", ::fchmodat};
inline constexpr system_call<int(int, int, int)> fcntl{
    "fcntl", [](int descriptor, int command, int flags) {
        return ::fcntl(descriptor, command, flags);
    }};
inline constexpr system_call<int(int, int)> dup2{"dup2", ::dup2};

// signals
inline constexpr system_call<int(int, const struct sigaction*, struct sigaction*)> sigaction{
    "sigaction", ::sigaction};
inline constexpr system_call<int(int, const sigset_t*, sigset_t*)> pthread_sigmask{
    "pthread_sigmask", ::pthread_sigmask};

// Tests cannot make these fail: close(2) always frees the descriptor, and getpid(2) never fails.
inline int close(int descriptor) noexcept {
    return ::close(descriptor);
}
inline pid_t getpid() noexcept {
    return ::getpid();
}

// Tests cannot make these fail either: they return 0 if the system does not report a number.

/// Returns the number of bytes that can be read now.
inline std::size_t bytes_to_read(int descriptor) noexcept {
    int size = 0;
    return ::ioctl(descriptor, FIONREAD, &size) == 0 && size > 0 ? static_cast<std::size_t>(size)
                                                                 : 0;
}

/// Returns the number of bytes that were written to a socket and that the peer's system has not yet
/// acknowledged.
[[nodiscard]] std::size_t bytes_unconfirmed(int descriptor) noexcept;

} // namespace weft::sys

namespace weft {

/// On POSIX a socket is a descriptor like any other.
using owned_descriptor = owned_socket;

/// Returns the error of the system call that has just failed.
[[nodiscard]] inline std::error_code last_error() noexcept {
    return {errno, std::system_category()};
}

/// Returns true if the error only means that a non-blocking descriptor has no data, or no room.
[[nodiscard]] inline bool would_block(std::error_code why) noexcept {
    return why.category() == std::system_category() &&
           (why.value() == EAGAIN || why.value() == EWOULDBLOCK);
}

} // namespace weft
