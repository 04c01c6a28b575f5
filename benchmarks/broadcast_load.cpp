// SPDX-License-Identifier: MIT
// Publishes to one server and receives as the subscribers of one or several, in the broadcast
// benchmark; prints what it counted as JSON. Usage:
// broadcast_load ws|raw SUBSCRIBERS UNDER_WAY SECONDS PID,PORT... (the first one is published to)
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

constexpr std::size_t frame_size = 102; // of a message of 100 bytes, unmasked
constexpr double warmup = 0.3;          // seconds

struct target {
    pid_t pid;
    std::uint16_t port;
};

double cpu_seconds(pid_t pid) {
    clockid_t clock{};
    timespec used{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
        throw std::runtime_error("cannot read the CPU time of a server");
    }
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

void send_all(int to, std::string_view bytes) {
    if (::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(bytes.size())) {
        throw std::runtime_error("cannot send");
    }
}

int connect_to(std::uint16_t port) {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where.sin_port = htons(port);
    if (::connect(made, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
        throw std::runtime_error("cannot connect");
    }
    const int on = 1;
    ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

int open_websocket(std::uint16_t port, std::string_view path) {
    const int made = connect_to(port);
    send_all(made, "GET " + std::string(path) +
                       " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
    std::string answer;
    for (char byte = 0; !answer.ends_with("\r\n\r\n"); answer += byte) {
        if (::recv(made, &byte, 1, 0) != 1) throw std::runtime_error("no handshake");
    }
    if (!answer.starts_with("HTTP/1.1 101 ")) throw std::runtime_error("no WebSocket");
    return made;
}

class load {
public:
    load(bool websocket, std::size_t subscribers, std::size_t under_way,
         const std::vector<target>& servers)
        : servers_(servers), subscribers_(subscribers), under_way_(under_way) {
        const auto first = servers.front().port;
        publisher_ = websocket ? open_websocket(first, "/publish") : connect_to(first);
        engine_ = ::epoll_create1(EPOLL_CLOEXEC);
        for (std::size_t i = 0; i < subscribers; ++i) {
            // With several servers, the last has the first subscriber.
            const auto port = servers[servers.size() - 1 - i % servers.size()].port;
            const int made = websocket ? open_websocket(port, "/subscribe") : connect_to(port);
            epoll_event wanted{};
            wanted.events = EPOLLIN;
            wanted.data.fd = made;
            ::epoll_ctl(engine_, EPOLL_CTL_ADD, made, &wanted);
        }
        // A masked message with a key of zeros; the baseline takes each byte for one.
        if (websocket) order_ = std::string("\x81\xe4\0\0\0\0", 6) + std::string(100, 'x');
        else order_ = "x";
    }

    void run(double seconds) {
        await_subscriptions();
        for (std::size_t i = 0; i < under_way_; ++i) publish();
        receive_for(warmup);
        times_.clear();
        const auto cpu_before = cpu();
        const auto received_before = received_;
        const auto begin = clock_type::now();
        receive_for(seconds);
        const std::chrono::duration<double> elapsed = clock_type::now() - begin;
        const auto cpu_used = cpu() - cpu_before;
        const auto deliveries = static_cast<double>(received_ - received_before) / frame_size;
        std::sort(times_.begin(), times_.end());
        std::printf("{\"deliveries_per_cpu_second\": %.0f, \"deliveries_per_second\": %.0f, "
                    "\"p50_us\": %.1f, \"p99_us\": %.1f}\n",
                    deliveries / cpu_used, deliveries / elapsed.count(), quantile(0.5),
                    quantile(0.99));
    }

private:
    /// Subscriptions over a broker take effect later: publishes until one reaches all.
    void await_subscriptions() {
        const std::uint64_t all = subscribers_ * frame_size;
        for (int attempt = 0; attempt < 100; ++attempt) {
            received_ = 0;
            send_all(publisher_, order_);
            const auto end = clock_type::now() + std::chrono::milliseconds(100);
            while (received_ < all && clock_type::now() < end) receive(10);
            const bool complete = received_ == all;
            received_ = 0;
            if (complete) return;
        }
        throw std::runtime_error("a publication does not reach all");
    }

    void publish() {
        sent_.push_back(clock_type::now());
        send_all(publisher_, order_);
    }

    void receive_for(double seconds) {
        const auto end = clock_type::now() + std::chrono::duration<double>(seconds);
        while (clock_type::now() < end) receive(1000);
    }

    void receive(int timeout) {
        const int count =
            ::epoll_wait(engine_, ready_.data(), static_cast<int>(ready_.size()), timeout);
        for (int i = 0; i < count; ++i) {
            const int which = ready_[static_cast<std::size_t>(i)].data.fd;
            const auto got = ::recv(which, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
            if (got <= 0) throw std::runtime_error("a server has ended a connection");
            received_ += static_cast<std::uint64_t>(got);
            while (!sent_.empty() && received_ >= (complete_ + 1) * subscribers_ * frame_size) {
                ++complete_;
                const std::chrono::duration<double, std::micro> took =
                    clock_type::now() - sent_.front();
                times_.push_back(took.count());
                sent_.pop_front();
                publish();
            }
        }
    }

    [[nodiscard]] double cpu() const {
        double sum = 0;
        for (const target& one : servers_) sum += cpu_seconds(one.pid);
        return sum;
    }

    [[nodiscard]] double quantile(double part) const {
        if (times_.empty()) return 0;
        return times_[static_cast<std::size_t>(part * static_cast<double>(times_.size() - 1))];
    }

    std::vector<target> servers_;
    std::size_t subscribers_;
    std::size_t under_way_;
    int publisher_ = -1;
    int engine_ = -1;
    std::string order_;
    std::uint64_t received_ = 0; // bytes
    std::uint64_t complete_ = 0; // publications that all have
    std::deque<clock_type::time_point> sent_;
    std::vector<double> times_; // from a publication to its last delivery, in microseconds
    std::array<epoll_event, 512> ready_;
    std::array<char, 65536> buffer_;
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 6) {
        std::fputs("usage: broadcast_load ws|raw SUBSCRIBERS UNDER_WAY SECONDS PID,PORT...\n",
                   stderr);
        return 2;
    }
    std::vector<target> servers;
    for (int i = 5; i < argc; ++i) {
        char* rest = nullptr;
        const auto pid = static_cast<pid_t>(std::strtol(argv[i], &rest, 10));
        servers.push_back({pid, static_cast<std::uint16_t>(std::strtoul(rest + 1, nullptr, 10))});
    }
    try {
        load(std::string_view(argv[1]) == "ws", std::strtoul(argv[2], nullptr, 10),
             std::strtoul(argv[3], nullptr, 10), servers)
            .run(std::strtod(argv[4], nullptr));
    } catch (const std::exception& why) {
        std::fprintf(stderr, "broadcast_load: %s\n", why.what());
        return 1;
    }
}
