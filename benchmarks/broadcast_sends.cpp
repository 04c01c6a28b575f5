// SPDX-License-Identifier: MIT
// The baseline of the broadcast benchmark: each byte on the first connection is a publication. What
// one read brings goes to each other connection by one send(2) of encoded messages. Reads no
// protocol. Prints its port.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

int main() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&where), size) != 0 ||
        ::listen(listener, 4096) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size) != 0) {
        std::perror("broadcast_sends");
        return 1;
    }
    std::printf("%u\n", static_cast<unsigned>(ntohs(where.sin_port)));
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
}
