// SPDX-License-Identifier: MIT
//
// The practical floor: a TCP echo on epoll with no protocol at all, one recv and one send per
// readiness, one thread. Every other server is compared with it. It must not depend on Weft.

#include "epoll_floor.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace weft::floor;

class echo_server {
public:
    explicit echo_server(std::size_t read_size) : buffer_(read_size) { watch(listener_, EPOLLIN); }

    unsigned port() const { return port_of(listener_); }

    [[noreturn]] void run() {
        handle_events(set_, [this](epoll_data_t data) { handle(data.fd); });
    }

private:
    void handle(int descriptor) {
        if (descriptor == listener_) {
            accept_all();
        } else if (flush(descriptor)) {
            echo(descriptor);
        }
    }

    void accept_all() {
        for (;;) {
            const int peer = accept_from(listener_);
            if (peer < 0) return;
            if (unsent_.size() <= static_cast<std::size_t>(peer)) {
                unsent_.resize(static_cast<std::size_t>(peer) + 1);
            }
            watch(peer, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
        }
    }

    // Edges are reported once, so reading goes on until a short read says that nothing is left.
    void echo(int peer) {
        for (;;) {
            const ssize_t got = ::recv(peer, buffer_.data(), buffer_.size(), 0);
            if (got < 0 && errno == EAGAIN) return;
            if (got <= 0) return drop(peer);
            const std::string_view bytes{buffer_.data(), static_cast<std::size_t>(got)};
            if (!send_or_keep(peer, bytes)) return;
            if (bytes.size() < buffer_.size()) return;
        }
    }

    // While output is waiting nothing more is read, so a slow peer costs one read at most.
    bool send_or_keep(int peer, std::string_view bytes) {
        const ssize_t sent = ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return drop(peer), false;
        const std::size_t taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
        if (taken == bytes.size()) return true;
        unsent_[static_cast<std::size_t>(peer)] = bytes.substr(taken);
        return false;
    }

    bool flush(int peer) {
        std::string& waiting = unsent_[static_cast<std::size_t>(peer)];
        if (waiting.empty()) return true;
        const std::string bytes = std::exchange(waiting, {});
        return send_or_keep(peer, bytes);
    }

    void drop(int peer) {
        unsent_[static_cast<std::size_t>(peer)] = {};
        ::close(peer);
    }

    void watch(int descriptor, std::uint32_t events) {
        epoll_event event{};
        event.events = events;
        event.data.fd = descriptor;
        checked(::epoll_ctl(set_, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
    }

    int set_ = checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    int listener_ = listen_on_loopback();
    std::vector<char> buffer_;
    std::vector<std::string> unsent_;  // By descriptor number.
};

std::size_t read_size_from(int argc, char** argv) {
    if (argc == 1) return 64 * 1024;
    if (argc == 3 && std::string_view{argv[1]} == "--read-size") return std::stoul(argv[2]);
    throw std::invalid_argument{"usage: raw_echo [--read-size BYTES]"};
}

}  // namespace

int main(int argc, char** argv) try {
    echo_server server{read_size_from(argc, argv)};
    std::printf("%u\n", server.port());
    std::fflush(stdout);
    server.run();
} catch (const std::exception& error) {
    std::fprintf(stderr, "raw_echo: %s\n", error.what());
    return EXIT_FAILURE;
}
