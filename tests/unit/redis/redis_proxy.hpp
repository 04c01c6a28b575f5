// SPDX-License-Identifier: MIT
// A proxy in front of a Redis server, on a thread of its own: it ends all connections after a given
// number of bytes, or passes on few bytes at a time.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weft::testing {

class redis_proxy {
public:
    explicit redis_proxy(std::string server) : server_(std::move(server)) {
        const sockaddr_un where = address(path());
        listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const bool listens =
            ::bind(listener_, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 &&
            ::listen(listener_, 16) == 0 && ::pipe(stop_.data()) == 0;
        if (!listens) throw std::runtime_error("the proxy cannot listen");
        thread_ = std::thread([this] { run(); });
    }
    redis_proxy(const redis_proxy&) = delete;
    redis_proxy& operator=(const redis_proxy&) = delete;
    ~redis_proxy() {
        ::close(stop_[1]);
        thread_.join();
        end_all();
        ::close(stop_[0]);
        ::close(listener_);
        ::unlink(path().c_str());
    }

    [[nodiscard]] std::string path() const { return server_ + "-proxy"; }

    /// Ends all connections once after `bytes` more bytes, of both directions together.
    void cut_after(std::size_t bytes) { left_ = static_cast<std::int64_t>(bytes); }

    /// Returns whether that is still to come.
    [[nodiscard]] bool will_cut() const { return left_ >= 0; }

    /// Passes on at most `bytes` of each direction and millisecond.
    void slow_down(std::size_t bytes) { piece_ = bytes; }

    /// Returns the bytes that were passed on.
    [[nodiscard]] std::size_t passed() const { return passed_; }

private:
    struct pair {
        int client;
        int server;
    };

    static sockaddr_un address(const std::string& path) {
        sockaddr_un made{};
        made.sun_family = AF_UNIX;
        path.copy(made.sun_path, sizeof made.sun_path - 1);
        return made;
    }

    void run() {
        std::vector<pollfd> waiting;
        for (;;) {
            waiting.assign({{stop_[0], POLLIN, 0}, {listener_, POLLIN, 0}});
            for (const pair& one : pairs_) {
                waiting.push_back({one.client, POLLIN, 0});
                waiting.push_back({one.server, POLLIN, 0});
            }
            if (piece_ != whole) ::poll(nullptr, 0, 1); // the pace of a slow server
            ::poll(waiting.data(), waiting.size(), -1);
            if (waiting[0].revents != 0) return;
            std::size_t at = 2;
            for (auto next = pairs_.begin(); next != pairs_.end();) {
                const auto which = next++;
                const bool from_client = waiting[at].revents != 0;
                const bool from_server = waiting[at + 1].revents != 0;
                at += 2;
                const bool goes_on = (!from_client || pass_on(which->client, which->server)) &&
                    (!from_server || pass_on(which->server, which->client));
                if (!goes_on) {
                    end(*which);
                    pairs_.erase(which);
                }
                if (cut_) break;
            }
            if (std::exchange(cut_, false)) end_all();
            if (waiting[1].revents != 0) admit();
        }
    }

    void admit() {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_un where = address(server_);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0) {
            pairs_.push_back({client, server});
        } else {
            end({client, server});
        }
    }

    bool pass_on(int from, int to) {
        const auto got = ::recv(from, buffer_.data(), std::min(buffer_.size(), piece_.load()), 0);
        if (got <= 0) return false;
        auto size = static_cast<std::size_t>(got);
        if (const auto left = left_.load(); left >= 0 && static_cast<std::size_t>(left) <= size) {
            size = static_cast<std::size_t>(left);
            left_ = -1;
            cut_ = true;
        } else if (left >= 0) {
            left_ = left - got;
        }
        passed_ += size;
        return ::send(to, buffer_.data(), size, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
    }

    static void end(const pair& one) {
        ::close(one.client);
        ::close(one.server);
    }

    void end_all() {
        for (const pair& one : pairs_) end(one);
        pairs_.clear();
    }

    static constexpr std::size_t whole = SIZE_MAX;

    std::string server_;
    int listener_ = -1;
    std::array<int, 2> stop_{-1, -1};
    std::list<pair> pairs_;
    std::array<char, 65536> buffer_;
    std::atomic<std::int64_t> left_ = -1;
    std::atomic<std::size_t> piece_ = whole;
    std::atomic<std::size_t> passed_ = 0;
    bool cut_ = false;
    std::thread thread_;
};

} // namespace weft::testing
