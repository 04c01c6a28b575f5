// SPDX-License-Identifier: MIT
// What an attacker does with a socket: pours, forgets what it hears, resets. Keeps nothing, so that
// all memory that grows is the library's.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>

#include "endpoint/raw_peer.hpp"

#include "support/canned_handshake.hpp"
#include "support/frame_builder.hpp"

namespace weft::testing {

/// A handshake for `path`, with more header lines if wanted.
inline std::string upgrade_request(std::string_view path, std::string_view more = {}) {
    auto request = canned_request(more);
    constexpr std::string_view canned = "/chat?room=1";
    return request.replace(request.find(canned), canned.size(), path);
}

/// `times` frames, one behind the other.
template <class Make>
std::string many(std::size_t times, Make&& make) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
        all += to_text(make());
    return all;
}

/// Sends one text so many times, as fast as the other side takes it.
class torrent {
public:
    torrent(const raw_peer& from, std::string unit, std::size_t times)
        : from_(from), unit_(std::move(unit)), left_(times * unit_.size()) {}

    /// Sends what the socket takes now; true when all is sent, or nobody takes it any more.
    bool pour() {
        while (left_ != 0 && !refused_) {
            const std::string_view rest = std::string_view(unit_).substr(at_);
            const auto sent = ::send(from_.descriptor(), rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
            if (sent < 0) {
                refused_ = true;
                break;
            }
            left_ -= static_cast<std::size_t>(sent);
            at_ = (at_ + static_cast<std::size_t>(sent)) % unit_.size();
        }
        return true;
    }

    [[nodiscard]] std::size_t left() const { return left_; }
    [[nodiscard]] bool refused() const { return refused_; }

private:
    const raw_peer& from_;
    std::string unit_;
    std::size_t left_;
    std::size_t at_ = 0;
    bool refused_ = false;
};

/// Reads what has come and forgets it; how much it was.
inline std::size_t forget(const raw_peer& peer) {
    std::array<char, 65536> buffer;
    std::size_t size = 0;
    ssize_t count;
    while ((count = ::recv(peer.descriptor(), buffer.data(), buffer.size(), 0)) > 0)
        size += static_cast<std::size_t>(count);
    return size;
}

/// Reads what has come and keeps its end in `tail`.
inline const std::string& hear_tail(const raw_peer& peer, std::string& tail) {
    constexpr std::size_t kept = 64;
    std::array<char, 65536> buffer;
    ssize_t count;
    while ((count = ::recv(peer.descriptor(), buffer.data(), buffer.size(), 0)) > 0) {
        tail.append(buffer.data(), static_cast<std::size_t>(count));
        if (tail.size() > kept) tail.erase(0, tail.size() - kept);
    }
    return tail;
}

/// Ends the stream with a RST.
inline void reset(raw_peer& peer) {
    const linger at_once{1, 0};
    ::setsockopt(peer.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    peer.close();
}

/// Whether a whole HTTP head has come.
inline bool has_head(const std::string& received) {
    return received.find("\r\n\r\n") != std::string::npos;
}

/// The close code in the last of the frames behind an HTTP head; 0 if that is no close frame.
inline unsigned close_code_in(const std::string& received) {
    const auto head = received.find("\r\n\r\n");
    if (head == std::string::npos) return 0;
    const auto bytes = to_bytes(received.substr(head + 4));
    const auto frames = read_frames(bytes);
    if (frames.empty() || frames.back().code() != opcode::close) return 0;
    return frames.back().close_code();
}

} // namespace weft::testing
