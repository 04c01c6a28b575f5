// SPDX-License-Identifier: MIT
// Plain sockets for the tests of streams: a pair, one end of which is a stream on a loop.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <weft/loop/event_loop.hpp>

#include "loop/loop_state.hpp"
#include "loop/posix/socket_stream.hpp"
#include "loop/posix/system_call.hpp"

#include "support/descriptors.hpp"

namespace weft::testing {

/// Notes what a stream tells.
struct noting_sink final : stream_events {
    std::string text;
    std::size_t calls = 0;
    std::size_t largest = 0;
    bool wants = true;
    int writable = 0;
    bool eof = false;
    std::error_code error;
    function<void()> when_received;

    bool wants_bytes() noexcept override { return wants; }
    void on_receive(std::span<std::byte> bytes) override {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        ++calls;
        largest = std::max(largest, bytes.size());
        if (when_received) when_received();
    }
    void on_eof() override { eof = true; }
    void on_writable() override { ++writable; }
    void on_error(std::error_code why) override { error = why; }
};

/// What can be read from `descriptor` without waiting.
inline std::string read_all(int descriptor) {
    std::string text;
    static std::array<char, 65536> buffer;
    for (;;) {
        const auto got = ::recv(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got <= 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

/// A stream on a loop, and the plain socket at its other end.
struct connected_pair {
    explicit connected_pair(event_loop& loop) {
        std::array<int, 2> both{};
        open_socket_pair(SOCK_STREAM, both.data(), blocking::no);
        peer = owned_socket(both[1]);
        begin(loop, owned_socket(both[0]));
    }
    connected_pair(event_loop& loop, owned_socket ours, owned_socket theirs)
        : peer(std::move(theirs)) {
        begin(loop, std::move(ours));
    }

    void begin(event_loop& loop, owned_socket ours) {
        number = ours.get();
        stream = std::make_unique<socket_stream>(*loop.state(), std::move(ours));
        stream->start(sink);
    }

    void peer_sends(std::string_view text) const {
        while (!text.empty()) {
            const auto sent = ::send(peer.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    [[nodiscard]] std::string peer_reads() const { return read_all(peer.get()); }

    result<std::size_t> write(std::string_view text) const {
        const std::array one{std::as_bytes(std::span(text.data(), text.size()))};
        return stream->write(one);
    }

    noting_sink sink;
    owned_socket peer;
    int number = -1;
    std::unique_ptr<socket_stream> stream;
};

/// While it exists, counts the system calls that read from sockets.
class read_counter {
public:
    read_counter() {
        count = 0;
        system_faults = [](const char* call, const call_site&) noexcept {
            const std::string_view name(call);
            if (name == "recv" || name == "recvmsg") ++count;
            return 0;
        };
    }
    read_counter(const read_counter&) = delete;
    read_counter& operator=(const read_counter&) = delete;
    ~read_counter() { system_faults = nullptr; }

    [[nodiscard]] int made() const { return count; }

private:
    static inline int count = 0;
};

/// A TCP connection on the loopback interface: the loop's end and the peer's end.
inline std::pair<owned_socket, owned_socket> over_loopback() {
    const owned_socket listening(open_socket(AF_INET, SOCK_STREAM));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    auto* const where = reinterpret_cast<sockaddr*>(&at);
    ::bind(listening.get(), where, size);
    ::listen(listening.get(), 1);
    ::getsockname(listening.get(), where, &size);
    owned_socket peer(open_socket(AF_INET, SOCK_STREAM));
    ::connect(peer.get(), where, size);
    return {owned_socket(accept_one(listening.get(), blocking::no)), std::move(peer)};
}

} // namespace weft::testing
