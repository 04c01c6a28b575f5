// SPDX-License-Identifier: MIT
// Converts between addresses and sockaddr.
#include "loop/posix/socket_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <weft/core/error.hpp>

#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

socket_address from_ipv4(const address& from) {
    socket_address to;
    auto& ip = reinterpret_cast<sockaddr_in&>(to.storage);
    ip.sin_family = AF_INET;
    ip.sin_port = htons(from.port());
    std::memcpy(&ip.sin_addr, from.bytes().data(), sizeof(ip.sin_addr));
    to.size = sizeof(ip);
    return to;
}

socket_address from_ipv6(const address& from) {
    socket_address to;
    auto& ip = reinterpret_cast<sockaddr_in6&>(to.storage);
    ip.sin6_family = AF_INET6;
    ip.sin6_port = htons(from.port());
    ip.sin6_scope_id = from.scope();
    std::memcpy(&ip.sin6_addr, from.bytes().data(), sizeof(ip.sin6_addr));
    to.size = sizeof(ip);
    return to;
}

/// An abstract name begins with a zero byte and ends where the address ends, without a zero byte.
result<socket_address> from_local(const address& from) {
    socket_address to;
    auto& local = reinterpret_cast<sockaddr_un&>(to.storage);
    const bool abstract = from.kind() == address::family::unix_abstract;
    const auto path = from.path();
    if (path.size() + 1 > sizeof(local.sun_path)) {
        return failure(std::make_error_code(std::errc::filename_too_long));
    }
    local.sun_family = AF_UNIX;
    std::memcpy(local.sun_path + (abstract ? 1 : 0), path.data(), path.size());
    to.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return to;
}

address to_local(const socket_address& from) {
    const auto& local = reinterpret_cast<const sockaddr_un&>(from.storage);
    const std::size_t header = offsetof(sockaddr_un, sun_path);
    if (from.size <= header) return address::local(""); // an unnamed socket
    const std::string_view path(local.sun_path, from.size - header);
    if (path.front() == '\0') return address::local("@" + std::string(path.substr(1)));
    return address::local(path.substr(0, path.find('\0')));
}

} // namespace

result<socket_address> as_socket_address(const address& from) {
    switch (from.kind()) {
    case address::family::ipv4: return from_ipv4(from);
    case address::family::ipv6: return from_ipv6(from);
    case address::family::unix_path:
    case address::family::unix_abstract: return from_local(from);
    case address::family::none: break;
    }
    return failure(errc::bad_argument);
}

address as_address(const socket_address& from) {
    if (from.family() == AF_INET) {
        const auto& ip = reinterpret_cast<const sockaddr_in&>(from.storage);
        std::array<std::uint8_t, 4> bytes{};
        std::memcpy(bytes.data(), &ip.sin_addr, bytes.size());
        return address::ipv4(bytes, ntohs(ip.sin_port));
    }
    if (from.family() == AF_INET6) {
        const auto& ip = reinterpret_cast<const sockaddr_in6&>(from.storage);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &ip.sin6_addr, bytes.size());
        return address::ipv6(bytes, ntohs(ip.sin6_port), ip.sin6_scope_id);
    }
    return from.family() == AF_UNIX ? to_local(from) : address();
}

address as_address(const void* sockaddr, std::size_t size) {
    socket_address one;
    one.size = static_cast<socklen_t>(std::min(size, sizeof(one.storage)));
    std::memcpy(&one.storage, sockaddr, one.size);
    return as_address(one);
}

result<address> find_local_address(int descriptor) {
    socket_address found;
    if (sys::getsockname(descriptor, found.get(), &found.size) == 0) return as_address(found);
    return failure(last_error());
}

address local_address_of(int descriptor) {
    return find_local_address(descriptor).value_or(address());
}

bool is_unix_socket(int descriptor) noexcept {
    socket_address found;
    return sys::getsockname(descriptor, found.get(), &found.size) == 0 &&
           found.family() == AF_UNIX;
}

namespace {

#ifdef SO_PEERNAME
/// Returns the peer's address after a reset, when getpeername(2) no longer does; Linux still knows
/// it. The size must be exactly that of the address.
address former_peer(int descriptor) {
    for (const std::size_t size : {sizeof(sockaddr_in6), sizeof(sockaddr_in)}) {
        socket_address found;
        found.size = static_cast<socklen_t>(size);
        if (sys::getsockopt(descriptor, SOL_SOCKET, SO_PEERNAME, found.get(), &found.size) == 0) {
            return as_address(found);
        }
    }
    return {};
}
#else
address former_peer(int) {
    return {};
}
#endif

} // namespace

address remote_address_of(int descriptor) {
    socket_address found;
    if (sys::getpeername(descriptor, found.get(), &found.size) == 0) return as_address(found);
    return former_peer(descriptor);
}

} // namespace weft
