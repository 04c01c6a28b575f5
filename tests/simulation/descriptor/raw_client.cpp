// SPDX-License-Identifier: MIT
// Plain socket calls.
#include "simulation/descriptor/raw_client.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "support/descriptors.hpp"

namespace weft::testing {
namespace {

int connect_ip(std::uint16_t port, bool small_buffer) {
    const int made = open_socket(AF_INET, SOCK_STREAM);
    const int small = 4096;
    if (small_buffer) ::setsockopt(made, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    return made;
}

int connect_abstract(std::string_view name) {
    const int made = open_socket(AF_UNIX, SOCK_STREAM);
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    ::connect(made, reinterpret_cast<const sockaddr*>(&to), size);
    return made;
}

} // namespace

raw_client::raw_client(const address& server, std::string_view target, bool small_buffer)
    : socket_(server.is_ip() ? connect_ip(server.port(), small_buffer)
                             : connect_abstract(server.path())) {
    queue_bytes(to_bytes("GET " + std::string(target) +
                         " HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\n"
                         "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
    handshake_size_ = out_.size();
}

// --- writing

void raw_client::queue_bytes(const byte_string& bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
}

void raw_client::queue(std::string_view text) {
    if (over_ || close_queued_) return;
    queue_bytes(frames_.text(text));
    queued_ends_.push_back(out_.size());
}

void raw_client::flush(std::size_t limit) {
    while (!over_ && queued() && limit != 0) {
        const auto size = std::min(limit, out_.size() - written_);
        const auto sent =
            ::send(socket_, out_.data() + written_, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN) server_is_gone_ = over_ = true;
        if (sent <= 0) break;
        written_ += static_cast<std::size_t>(sent);
        limit -= static_cast<std::size_t>(sent);
    }
    handshake_written_ = written_ >= handshake_size_;
    while (delivered_ < queued_ends_.size() && queued_ends_[delivered_] <= written_) ++delivered_;
}

void raw_client::half_close() {
    ::shutdown(socket_, SHUT_WR);
    over_ = true;
}

void raw_client::end() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
    over_ = true;
}

void raw_client::reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    end();
}

// --- reading

bool raw_client::nothing_to_read() const {
    std::byte one{};
    return socket_ < 0 || ::recv(socket_, &one, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

void raw_client::read() {
    static std::array<std::byte, 256 * 1024> buffer;
    while (socket_ >= 0) {
        const auto got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN)) server_is_gone_ = true;
        if (got <= 0) return;
        count_frames(std::span(buffer).first(static_cast<std::size_t>(got)));
    }
}

/// Skips the response's head, then frames; counts messages, which the server never fragments.
void raw_client::count_frames(std::span<const std::byte> bytes) {
    static constexpr std::string_view blank = "\r\n\r\n";
    while (!bytes.empty()) {
        if (head_matched_ < blank.size()) {
            const auto next = static_cast<char>(bytes.front());
            head_matched_ = next == blank[head_matched_] ? head_matched_ + 1 : next == '\r';
            bytes = bytes.subspan(1);
            continue;
        }
        if (!in_payload_) {
            header_.push_back(bytes.front());
            bytes = bytes.subspan(1);
            const auto length = header_.size() < 2 ? 0U : std::to_integer<unsigned>(header_[1]);
            const std::size_t size = length == 127 ? 10 : length == 126 ? 4 : 2;
            if (header_.size() < size) continue;
            payload_left_ = size == 2 ? length : 0;
            for (std::size_t i = 2; i < size; ++i) {
                payload_left_ = payload_left_ << 8 | std::to_integer<std::uint64_t>(header_[i]);
            }
            in_payload_ = true;
        }
        const auto skipped = std::min<std::uint64_t>(payload_left_, bytes.size());
        payload_left_ -= skipped;
        bytes = bytes.subspan(static_cast<std::size_t>(skipped));
        if (payload_left_ != 0) return;
        in_payload_ = false;
        const auto code = std::to_integer<unsigned>(header_.front()) & 0xfU;
        header_.clear();
        if (code <= 2) ++received_;
        if (code == 8 && !close_queued_ && !over_) {
            queue_bytes(frames_.close(1000));
            close_queued_ = true;
        }
    }
}

} // namespace weft::testing
