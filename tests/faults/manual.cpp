// SPDX-License-Identifier: MIT
// Source: Linux man-pages 6.03, section 2, with section 7 (ip, tcp, unix, socket, epoll) for the
// errors that protocols hand through; POSIX.1-2008 where named.
#include "faults/manual.hpp"

#include <cerrno>

namespace weft::testing {
namespace {

/// ip(7) and tcp(7): what a connected socket may have met meanwhile.
const std::vector<int> network_errors{ECONNRESET,  ETIMEDOUT, EHOSTUNREACH, ENETUNREACH,
                                      EHOSTDOWN,   ENETDOWN,  ENOBUFS,      ENOMEM};

std::vector<int> both(std::vector<int> one, const std::vector<int>& other) {
    one.insert(one.end(), other.begin(), other.end());
    return one;
}

/// Of several addresses: another one's error says more, and is reported instead.
const std::vector<int> little{EAFNOSUPPORT};

/// What opening anything may meet.
const std::vector<int> no_room{EMFILE, ENFILE, ENOMEM};

const std::vector<manual_page> pages{
    // --- waiting
    {"epoll_create1", "", no_room},
    {"epoll_create1", "", {ENOSYS}, consequence::replaced}, // a sandbox; then there is poll(2)
    {"dup3", "", {EBUSY, EINTR, EMFILE}},
    {"eventfd", "", both(no_room, {ENODEV})},
    {"timerfd_create", "", both(no_room, {ENODEV})},
    {"timerfd_settime", "", {}},
    {"epoll_ctl", "EPOLL_CTL_ADD", {ENOMEM, ENOSPC, EPERM}},
    {"epoll_ctl", "EPOLL_CTL_MOD", {ENOMEM}},
    {"epoll_ctl", "EPOLL_CTL_DEL", {}},
    {"epoll_wait", "", {EINTR}, consequence::harmless},
    // ENOSYS before Linux 5.11; EPERM is what the seccomp(2) filters of containers say of calls
    // that are younger than they.
    {"epoll_pwait2", "", {EINTR, ENOSYS, EPERM}, consequence::harmless},
    {"write", "wake_up_", {EINTR}, consequence::harmless},
    // For want of memory it cannot wait either: that must pass.
    {"poll", "", {EINTR, ENOMEM}, consequence::harmless, false, false},
    {"pipe", "", {EMFILE, ENFILE}},
    {"write", "waker_", {EINTR}, consequence::harmless},
    {"write", "waker_", {EAGAIN}, consequence::harmless, true}, // full, and so readable
    {"read", "wake_up_", {EINTR, EAGAIN}, consequence::harmless},

    // --- making sockets
    {"socket", "socket_file", {EACCES, EAFNOSUPPORT, EMFILE, ENFILE, ENOBUFS, ENOMEM,
                               EPROTONOSUPPORT}, consequence::replaced},
    {"socket", "connect_attempt", {EACCES, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTONOSUPPORT}},
    {"socket", "connect_attempt", little, consequence::replaced},
    {"socket", "", {EACCES, EAFNOSUPPORT, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTONOSUPPORT}},
    {"socketpair", "", {EAFNOSUPPORT, EMFILE, ENFILE, ENOMEM, EOPNOTSUPP, EPROTONOSUPPORT}},
    {"setsockopt", "", {ENOPROTOOPT, ENOMEM, ENOBUFS, EPERM}, consequence::harmless},
    {"getsockname", "", {ENOBUFS}},
    {"getpeername", "", {ENOBUFS, ENOTCONN}},

    {"getsockopt", "SO_ACCEPTCONN", {ENOBUFS}}, // POSIX
    {"getsockopt", "SO_ACCEPTCONN", {ENOPROTOOPT}, consequence::harmless}, // systems without it
    {"getsockopt", "", {ENOBUFS}}, // POSIX
    {"fcntl", "F_DUPFD", {EMFILE}},
    {"fcntl", "", {}},
    {"dup2", "", {EBUSY, EINTR, EMFILE}},

    // --- listening
    {"fchmod", "", {EIO, EPERM, EROFS, ENOMEM}},
    {"fchmod", "", {EINVAL}, consequence::harmless}, // of the BSDs, whose sockets have no mode
    {"fchmodat", "", {EACCES, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, ENOTSUP, EPERM,
                      EROFS}},
    {"bind", "", {EACCES, EADDRINUSE, EADDRNOTAVAIL, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR,
                  EROFS}},
    {"listen", "", {EADDRINUSE, EOPNOTSUPP}},
    {"accept", "", {EAGAIN, ECONNABORTED, EINTR, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM, EPROTO,
                    ENOSR, ESOCKTNOSUPPORT, EPROTONOSUPPORT, ETIMEDOUT,
                    // "should treat them like EAGAIN": the network errors of the new socket
                    ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP,
                    ENETUNREACH}, consequence::harmless},

    // --- connecting
    {"connect", "socket_file", {EACCES, EPERM, EAGAIN, ECONNREFUSED, EINTR, ENOENT, EPROTOTYPE},
     consequence::replaced},
    {"connect", "datagram", {EACCES, EPERM, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN,
                             ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ENOBUFS, ENOMEM}},
    {"connect", "", {EACCES, EPERM, EADDRINUSE, EAGAIN, ECONNREFUSED, ETIMEDOUT, EPROTOTYPE,
                     ENOENT, ENOBUFS, ENOMEM}},
    {"connect", "", both(little, {EADDRNOTAVAIL, ENETUNREACH, EHOSTUNREACH}),
     consequence::replaced},
    {"connect", "", {EINPROGRESS, EINTR}, consequence::harmless, true},

    // --- bytes
    // The error of one datagram is reported, and the next one is sent.
    {"recvfrom", "", {EAGAIN, EINTR}, consequence::harmless},
    {"recvfrom", "", both({ECONNREFUSED, ENOTCONN}, network_errors)},
    {"sendto", "", {EAGAIN, EINTR}, consequence::harmless},
    {"sendto", "", both({EACCES, EDESTADDRREQ, EMSGSIZE, ENOTCONN, EPERM, EPIPE},
                        network_errors)},
    {"send", "refused_socket", both({EAGAIN, EINTR, EPIPE, EPERM}, network_errors),
     consequence::harmless},
    // A terminal says EIO for what others call the end.
    {"read", "file_stream", {EAGAIN, EINTR}, consequence::harmless},
    {"read", "file_stream", {EIO}},
    {"write", "quiet_write", {EAGAIN, EINTR}, consequence::harmless},
    {"write", "quiet_write", {EDESTADDRREQ, EPERM, EPIPE}},
    {"write", "file_stream", {EAGAIN, EINTR}, consequence::harmless},
    {"write", "file_stream", {EIO, EPERM}},
    {"sigaction", "", {}},
    {"read", "arrivals_", {EAGAIN, EINTR}, consequence::harmless},
    {"write", "to_loop", {EINTR}, consequence::harmless},
    {"pthread_sigmask", "", {}},
    {"sigpending", "", {}},
    {"sigtimedwait", "", {EINTR}, consequence::harmless},
    {"shutdown", "refused_socket", {ENOTCONN}, consequence::harmless},
    {"recv", "", {EAGAIN, EINTR}, consequence::harmless},
    {"recv", "", both({ECONNREFUSED, ENOTCONN}, network_errors)},
    {"recvmsg", "", {EAGAIN, EINTR}, consequence::harmless},
    {"recvmsg", "", both({ECONNREFUSED, ENOTCONN}, network_errors)},
    {"send", "", {EAGAIN, EINTR}, consequence::harmless},
    {"send", "", both({EACCES, EPIPE, ENOTCONN, EPERM}, network_errors)},
    {"sendmsg", "", {EAGAIN, EINTR}, consequence::harmless},
    {"sendmsg", "", both({EACCES, EPIPE, ENOTCONN, EPERM}, network_errors)},
    // It means that the connection is no more; what reads from it hears why.
    {"shutdown", "", {ENOTCONN}, consequence::replaced},
    {"getrandom", "", {EINTR, ENOSYS, EPERM}, consequence::harmless},
    {"open", "hosts_file", {EACCES, EINTR, ELOOP, EMFILE, ENAMETOOLONG, ENFILE, ENODEV, ENOMEM,
                            ENOTDIR, ENXIO, EOVERFLOW, EPERM, EWOULDBLOCK}},
    // Without the file a name is as unknown as one that is not in it.
    {"open", "hosts_file", {ENOENT}, consequence::replaced},
    {"read", "hosts_file", {EINTR}, consequence::harmless},
    {"read", "hosts_file", {EAGAIN, EIO, EISDIR}},
    {"open", "urandom", {EACCES, EMFILE, ENFILE, ENODEV, ENOENT, ENOMEM, ENXIO, EPERM},
     consequence::fatal},
    {"read", "device", {EINTR}, consequence::harmless},
    {"read", "device", {EIO}, consequence::fatal},

    // --- files
    {"fstat", "", {ENOMEM, EOVERFLOW}},
    {"lstat", "", {EACCES, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EOVERFLOW},
     consequence::replaced},
    {"unlink", "", {EACCES, EBUSY, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EPERM,
                    EROFS}, consequence::replaced},
};

const std::vector<ruled_out> left_out{
    {"all", "EBADF EFAULT EINVAL ENOTSOCK", "only a bug of ours: arguments are never wrong"},
    {"epoll_ctl", "EEXIST ENOENT ELOOP",
     "only a bug of ours: a source is added once and removed once, and the set watches no set"},
    {"epoll_ctl (DEL)", "ENOMEM", "of EPOLL_CTL_ADD: taking something out needs no memory"},
    {"poll", "EINVAL", "of a limit on descriptors that was lowered below what is open"},
    {"pipe", "ENOPKG", "of notification pipes"},
    {"read (pipe)", "EIO EISDIR", "of files and terminals"},
    {"read (file_stream)", "EISDIR", "of directories, which are refused before"},
    {"write (file_stream, quiet_write)", "EDQUOT EFBIG ENOSPC", "of regular files, likewise"},
    {"fstat", "EACCES ELOOP ENAMETOOLONG ENOENT ENOTDIR", "of paths: it has a descriptor"},
    {"sigtimedwait", "EAGAIN", "the signal has been raised just before"},
    {"timerfd_create", "EPERM", "of clocks that are not used"},
    {"timerfd_settime", "ECANCELED", "with TFD_TIMER_CANCEL_ON_SET, which is not used"},
    {"fcntl", "EACCES EAGAIN EBUSY EDEADLK EINTR ENOLCK ENOTDIR EPERM",
     "of locks, leases and flags that are not touched"},
    {"fchmod", "EACCES ELOOP ENAMETOOLONG ENOENT ENOTDIR", "of paths: it has a descriptor"},
    {"write (eventfd)", "EAGAIN", "after 2^64 - 1 wake-ups that nobody has read"},
    {"write (eventfd, pipe)", "EDESTADDRREQ EDQUOT EFBIG EIO ENOSPC EPERM EPIPE",
     "of files and sockets, and of a pipe whose other end is closed"},
    {"connect", "EALREADY EISCONN", "only a bug of ours: it is called once for a socket"},
    {"send sendmsg", "EALREADY EDESTADDRREQ EISCONN EMSGSIZE EOPNOTSUPP",
     "of datagrams, of Fast Open and of flags that are not used"},
    {"sendto", "EALREADY EISCONN EOPNOTSUPP", "of Fast Open and of flags that are not used"},
    {"connect (datagram)", "EINPROGRESS EINTR ETIMEDOUT EPROTOTYPE", "it has nobody to wait for"},
    {"unlink", "EISDIR", "it is called for what was a socket just before"},
    {"open (hosts)", "EBUSY EDQUOT EEXIST EFBIG EISDIR ENOSPC EOPNOTSUPP EROFS ETXTBSY",
     "of files that are made or written"},
    {"open (urandom)", "EINTR EBUSY EDQUOT EEXIST EFBIG EISDIR ELOOP ENAMETOOLONG ENOSPC ENOTDIR "
     "EOPNOTSUPP EOVERFLOW EROFS ETXTBSY EWOULDBLOCK",
     "of slow devices, of files that are made or written, of paths from elsewhere"},
    {"read (urandom)", "EAGAIN EISDIR", "it is a device, and not asked to be nonblocking"},
    {"getrandom", "EAGAIN", "with GRND_NONBLOCK, which is not used"},
};

bool speaks_of(const manual_page& page, const source_call& site) {
    return page.call == site.call && (site.file.find(page.where) != std::string::npos ||
                                      site.arguments.find(page.where) != std::string::npos);
}

} // namespace

std::vector<const manual_page*> pages_for(const source_call& site) {
    std::vector<const manual_page*> found;
    for (const manual_page& page : pages) {
        // What is said of this site in particular stands first, and then replaces the rest.
        if (!speaks_of(page, site)) continue;
        if (!found.empty() && found.front()->where != page.where) continue;
        found.push_back(&page);
    }
    return found;
}

const std::vector<ruled_out>& errors_ruled_out() {
    return left_out;
}

} // namespace weft::testing
