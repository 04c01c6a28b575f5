// SPDX-License-Identifier: MIT
//
// Sockets that are connected. Knows no protocol.

#include "dial.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace weft::load {
namespace {

constexpr std::size_t connections_per_address = 5000;
constexpr timeval answer_time{5, 0};

int checked(int result, const char* call) {
    if (result < 0) throw std::system_error{errno, std::generic_category(), call};
    return result;
}

void set_option(int socket, int level, int name, const auto& value) {
    checked(::setsockopt(socket, level, name, &value, sizeof value), "setsockopt");
}

sockaddr_in loopback(std::uint32_t host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
    return address;
}

}  // namespace

descriptor::~descriptor() {
    if (number_ >= 0) ::close(number_);
}

descriptor connect(std::uint16_t port, std::size_t index) {
    descriptor socket{checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
    const int number = socket.number();
    set_option(number, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(number, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    set_option(number, SOL_SOCKET, SO_RCVTIMEO, answer_time);
    const auto host = static_cast<std::uint32_t>(index / connections_per_address);
    const sockaddr_in local = loopback(host, 0);
    checked(::bind(number, reinterpret_cast<const sockaddr*>(&local), sizeof local), "bind");
    const sockaddr_in remote = loopback(0, port);
    checked(::connect(number, reinterpret_cast<const sockaddr*>(&remote), sizeof remote),
            "connect");
    return socket;
}

}  // namespace weft::load
