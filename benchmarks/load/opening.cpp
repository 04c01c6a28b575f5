// SPDX-License-Identifier: MIT
//
// The opening exchange of a connection.

#include "opening.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace weft::load {
namespace {

std::size_t checked(ssize_t result, const char* call) {
    if (result < 0) throw std::system_error{errno, std::generic_category(), call};
    return static_cast<std::size_t>(result);
}

std::string read_head(wire& over) {
    std::string head;
    std::array<char, 2048> buffer;
    while (!head.ends_with("\r\n\r\n")) {
        const ssize_t got = over.receive(buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got == 0) throw std::runtime_error{"the server closed during the opening: " + head};
        head.append(buffer.data(), checked(got, "no answer to the opening"));
    }
    return head;
}

}  // namespace

std::unique_ptr<wire> open_wire(const options& wanted, std::size_t index) {
    descriptor socket = connect(wanted.port, index);
    if (wanted.encrypted == encryption::none) return std::make_unique<wire>(std::move(socket));
    return encrypt(std::move(socket), wanted.encrypted);
}

void exchange_opening(wire& over, std::string_view request, std::string_view expected) {
    checked(over.send(request), "send");
    const std::string head = read_head(over);
    if (head.find(expected) == std::string::npos) {
        throw std::runtime_error{"unexpected answer to the opening:\n" + head};
    }
    over.stop_blocking();
}

}  // namespace weft::load
