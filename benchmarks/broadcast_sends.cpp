// SPDX-License-Identifier: MIT
// The baseline of the broadcast benchmark: each byte on the first connection is a publication. What
// one read brings goes to each other connection by one send(2) of encoded messages. Reads no
// protocol. Prints its port.
#include "epoll_floor.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

int main() try {
    const int listener = weft::floor::listen_on_loopback();
    std::printf("%u\n", weft::floor::port_of(listener));
    std::fflush(stdout);

    const int engine = ::epoll_create1(EPOLL_CLOEXEC);
    const auto watch = [engine](int which) {
        epoll_event wanted{};
        wanted.events = EPOLLIN;
        wanted.data.fd = which;
        ::epoll_ctl(engine, EPOLL_CTL_ADD, which, &wanted);
    };
    watch(listener);
    const std::string frame = std::string("\x81\x64", 2) + std::string(100, 'x');
    int publisher = -1;
    std::vector<int> subscribers;
    std::array<epoll_event, 256> ready;
    std::array<char, 65536> buffer;
    for (;;) {
        const int count = ::epoll_wait(engine, ready.data(), static_cast<int>(ready.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int which = ready[static_cast<std::size_t>(i)].data.fd;
            if (which == listener) {
                const int peer = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
                const int on = 1;
                ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                watch(peer);
                if (publisher < 0) publisher = peer;
                else subscribers.push_back(peer);
                continue;
            }
            const auto got = ::recv(which, buffer.data(), buffer.size(), 0);
            if (got <= 0) return 0;
            if (which != publisher) continue;
            std::string all;
            for (ssize_t n = 0; n < got; ++n) all += frame;
            for (const int to : subscribers) {
                if (::send(to, all.data(), all.size(), MSG_NOSIGNAL) < 0) return 1;
            }
        }
    }
} catch (const std::exception& error) {
    std::fprintf(stderr, "broadcast_sends: %s\n", error.what());
    return 1;
}
