// SPDX-License-Identifier: MIT
// The name server's sockets.
#include "dns_server.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "loop/engine.hpp"
#include "loop/loop_state.hpp"

namespace weft::testing {
namespace {

int new_socket(int type) {
    return ::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

} // namespace

class dns_server::socket final : public source {
public:
    socket(dns_server& owner, int descriptor, service serve)
        : owner_(owner), descriptor_(descriptor), serve_(serve) {}
    ~socket() override { ::close(descriptor_); }

private:
    void ready(readiness) noexcept override { owner_.loop_->defer(*this); }
    void run() noexcept override { (owner_.*serve_)(descriptor_); }

    dns_server& owner_;
    int descriptor_;
    service serve_;
};

dns_server::dns_server(event_loop& loop) : loop_(loop.state()) {
    sockaddr_in at{};
    auto* const generic = reinterpret_cast<sockaddr*>(&at);
    socklen_t size = sizeof(at);
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = -1;
    do { // until TCP's port of that number is free as well
        if (listener >= 0) ::close(listener);
        if (udp_ >= 0) ::close(udp_);
        at.sin_port = 0;
        udp_ = new_socket(SOCK_DGRAM);
        ::bind(udp_, generic, sizeof(at));
        ::getsockname(udp_, generic, &size);
        listener = new_socket(SOCK_STREAM);
    } while (::bind(listener, generic, sizeof(at)) != 0);
    ::listen(listener, 8);
    port_ = ntohs(at.sin_port);
    add(udp_, &dns_server::serve_udp);
    add(listener, &dns_server::serve_listener);
}

dns_server::~dns_server() {
    for (const auto& [descriptor, one] : sockets_) {
        loop_->engine().remove(descriptor);
        delete one;
    }
}

std::string dns_server::where() const {
    return "127.0.0.1:" + std::to_string(port_);
}

void dns_server::answer(const asker& to, const std::string& bytes) {
    if (to.tcp < 0) {
        ::sendto(udp_, bytes.data(), bytes.size(), 0,
                 reinterpret_cast<const sockaddr*>(&to.from), sizeof(to.from));
        return;
    }
    const std::string framed = dns::two_bytes(bytes.size()) + bytes;
    static_cast<void>(!::send(to.tcp, framed.data(), framed.size(), MSG_NOSIGNAL));
}

void dns_server::add(int descriptor, service serve) {
    auto* added = new socket(*this, descriptor, serve);
    sockets_.emplace(descriptor, added);
    loop_->engine().add(descriptor, *added, {.read = true, .level = true});
}

void dns_server::serve_udp(int descriptor) {
    std::array<char, 4096> buffer;
    sockaddr_in from{};
    socklen_t size = sizeof(from);
    const auto got = ::recvfrom(descriptor, buffer.data(), buffer.size(), 0,
                                reinterpret_cast<sockaddr*>(&from), &size);
    if (got > 0) received({buffer.data(), static_cast<std::size_t>(got)}, from, -1);
}

void dns_server::serve_listener(int descriptor) {
    const int made = ::accept4(descriptor, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (made >= 0) add(made, &dns_server::serve_tcp);
}

void dns_server::serve_tcp(int descriptor) {
    std::array<char, 4096> buffer;
    const auto got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
        loop_->engine().remove(descriptor);
        loop_->retire(sockets_.at(descriptor));
        sockets_.erase(descriptor);
        partial_.erase(descriptor);
        return;
    }
    auto& bytes = partial_[descriptor].append(buffer.data(), static_cast<std::size_t>(got));
    while (bytes.size() >= 2) {
        const auto length = static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[0]) * 256 +
                                                     static_cast<std::uint8_t>(bytes[1]));
        if (bytes.size() < length + 2) return;
        const auto message = bytes.substr(2, length);
        bytes.erase(0, length + 2);
        received(message, {}, descriptor);
    }
}

void dns_server::received(std::string_view bytes, const sockaddr_in& from, int tcp) {
    const asker asked{dns::parse_query(bytes), from, tcp};
    ++(tcp < 0 ? asked_by_udp : asked_by_tcp);
    const auto bytes_back = on_query ? on_query(asked) : std::nullopt;
    if (bytes_back) answer(asked, *bytes_back);
}

} // namespace weft::testing
