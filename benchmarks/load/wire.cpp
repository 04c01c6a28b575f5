// SPDX-License-Identifier: MIT
//
// The plain wire.

#include "wire.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace weft::load {

ssize_t wire::receive(std::span<char> into) {
    return ::recv(number(), into.data(), into.size(), 0);
}

ssize_t wire::send(std::string_view bytes) {
    return ::send(number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void wire::stop_blocking() {
    if (::fcntl(number(), F_SETFL, O_NONBLOCK) < 0) {
        throw std::system_error{errno, std::generic_category(), "fcntl"};
    }
}

}  // namespace weft::load
