// SPDX-License-Identifier: MIT
//
// What the raw servers share: a listening socket on an ephemeral port of loopback, and a loop on
// epoll. Must not depend on Weft.

#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace weft::floor {

inline int checked(int result, const char* call) {
    if (result < 0) throw std::system_error{errno, std::generic_category(), call};
    return result;
}

inline int listen_on_loopback() {
    const int listener =
        checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    checked(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    checked(::listen(listener, SOMAXCONN), "listen");
    return listener;
}

inline unsigned port_of(int listener) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    checked(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    return ntohs(address.sin_port);
}

/// Below 0 when nobody waits.
inline int accept_from(int listener) {
    const int peer = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    const int on = 1;
    if (peer >= 0) ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return peer;
}

template <class Handle>
[[noreturn]] void handle_events(int set, Handle&& handle) {
    std::array<epoll_event, 1024> events;
    for (;;) {
        const int count = ::epoll_wait(set, events.data(), int{events.size()}, -1);
        if (count < 0 && errno != EINTR) checked(count, "epoll_wait");
        for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)].data);
    }
}

}  // namespace weft::floor
