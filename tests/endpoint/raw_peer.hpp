// SPDX-License-Identifier: MIT
// A socket in the hands of a test: a peer that does what no library would do. Knows no loop.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "support/descriptors.hpp"

namespace weft::testing {

/// A TCP socket on the loopback interface that never blocks.
class raw_peer {
public:
    raw_peer() = default;
    explicit raw_peer(int descriptor) : descriptor_(descriptor) {
        if (descriptor_ >= 0) ::fcntl(descriptor_, F_SETFL, O_NONBLOCK);
    }
    raw_peer(raw_peer&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)),
          received_(std::move(other.received_)), ended_(other.ended_) {}
    raw_peer& operator=(raw_peer&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        std::swap(received_, other.received_);
        std::swap(ended_, other.ended_);
        return *this;
    }
    ~raw_peer() { close(); }

    [[nodiscard]] static raw_peer connected_to(std::uint16_t port, int receive_buffer = 0,
                                               const char* from = "127.0.0.1") {
        const int made = open_socket(AF_INET, SOCK_STREAM);
        sockaddr_in own = loopback(0);
        ::inet_pton(AF_INET, from, &own.sin_addr);
        ::bind(made, reinterpret_cast<const sockaddr*>(&own), sizeof(own));
        if (receive_buffer != 0) {
            ::setsockopt(made, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
        }
        const sockaddr_in at = loopback(port);
        if (::connect(made, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) == 0) {
            return raw_peer(made);
        }
        ::close(made);
        return {};
    }

    [[nodiscard]] static raw_peer listening(int backlog = 16, const char* where = "127.0.0.1",
                                            std::uint16_t port = 0) {
        const int made = open_socket(AF_INET, SOCK_STREAM);
        sockaddr_in at = loopback(port);
        ::inet_pton(AF_INET, where, &at.sin_addr);
        ::bind(made, reinterpret_cast<const sockaddr*>(&at), sizeof(at));
        ::listen(made, backlog);
        return raw_peer(made);
    }

    [[nodiscard]] std::uint16_t port() const {
        sockaddr_in at{};
        socklen_t size = sizeof(at);
        ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size);
        return ntohs(at.sin_port);
    }

    /// Takes over who has connected, if anybody has.
    bool accept_from(const raw_peer& listener) {
        if (descriptor_ < 0) *this = raw_peer(::accept(listener.descriptor_, nullptr, nullptr));
        return descriptor_ >= 0;
    }

    /// Sends what the socket takes.
    void send(std::string_view text) {
        static_cast<void>(!::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL));
    }

    /// All that has come so far.
    const std::string& received() {
        std::array<char, 65536> buffer;
        ssize_t count;
        while ((count = ::recv(descriptor_, buffer.data(), buffer.size(), 0)) > 0) {
            received_.append(buffer.data(), static_cast<std::size_t>(count));
        }
        ended_ |= count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
        return received_;
    }

    /// At most `size` more bytes; how many there were.
    std::size_t receive_some(std::size_t size) {
        std::string some(size, '\0');
        const ssize_t count = ::recv(descriptor_, some.data(), size, 0);
        ended_ |= count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
        if (count <= 0) return 0;
        received_.append(some, 0, static_cast<std::size_t>(count));
        return static_cast<std::size_t>(count);
    }

    /// What `receive_some` has read, and whether that was all there will be.
    [[nodiscard]] const std::string& read_so_far() const { return received_; }
    [[nodiscard]] bool has_read_all() const { return ended_; }

    /// Whether the other side has ended the stream, in whichever way.
    bool ended() {
        received();
        return ended_;
    }

    void half_close() { ::shutdown(descriptor_, SHUT_WR); }
    void close() {
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }

    /// Gives the socket to who wants to own it.
    [[nodiscard]] int release() { return std::exchange(descriptor_, -1); }

    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return at;
    }

    int descriptor_ = -1;
    std::string received_;
    bool ended_ = false;
};

} // namespace weft::testing
